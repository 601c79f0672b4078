// Sends files from the browser straight to the store, in parts: several at once, with pause, retry and cancel.
// The server gives a URL for each part; what has arrived is asked of it, so a page that is opened again goes on.
import { announce } from "./app.js";

const FILES_AT_ONCE = 2;
const PARTS_AT_ONCE = 3;
const TRIES = 5;

const form = document.querySelector("[data-upload]");
const list = document.querySelector("[data-uploading]");
const queue = [];
let active = 0;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const sleep = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(new DOMException("", "AbortError"))));
  });
// Not randomUUID, which only pages on HTTPS have.
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const size = (bytes) =>
  bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

const unanswered = (error) =>
  error.name === "AbortError" ? error : Object.assign(new Error("No answer from the server."), { again: true });

async function ask(path, fields, signal) {
  const headers = { Accept: "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content };
  const options = { headers, signal, redirect: "error" };
  if (fields) {
    options.method = "POST";
    options.body = new FormData();
    for (const [name, value] of Object.entries(fields)) options.body.append(name, value);
  }
  const response = await fetch(path, options).catch((error) => Promise.reject(unanswered(error)));
  // An answer that breaks off, as when it is paused just then, is none.
  if (response.ok) return response.json().catch((error) => Promise.reject(unanswered(error)));
  const told = await response.json().catch(() => ({}));
  const said = response.status === 401 ? "You are signed out. Sign in in another tab, then go on." : told.message;
  const { status } = response;
  throw Object.assign(new Error(said ?? `The server refused this (${status}).`), { status, field: told.field, again: status >= 500 });
}

function put(url, blob, watch, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    request.upload.onprogress = ({ loaded }) => watch(loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(new Error(`The store refused a part (${request.status}).`)));
    request.onerror = () => reject(new Error("No answer from the store."));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(blob);
  });
}

class Sending {
  constructor(file, settings, id) {
    Object.assign(this, { file, settings, id, key: newKey(), loaded: new Map(), state: "waiting" });
    this.bar = element("progress", { max: file.size || 1, value: 0 });
    this.bar.setAttribute("aria-label", `Sent of ${file.name}`);
    this.text = element("span", { className: "upload-state" });
    this.buttons = element("span", { className: "upload-actions" });
    this.row = element("li", { className: "upload" },
      element("bdi", { className: "upload-name", textContent: file.name }),
      element("span", { className: "upload-size number", textContent: size(file.size) }),
      this.bar, this.text, this.buttons);
    list.append(this.row);
    this.show("waiting", "Waits for its turn");
  }

  // What can be done in each state; focus stays within the row.
  show(state, text, link) {
    this.state = state;
    this.row.dataset.state = state;
    this.text.textContent = text;
    if (link) this.text.append(" ", element("a", { className: "link", href: link.href, textContent: link.label }));
    const had = this.buttons.contains(document.activeElement);
    const actions = {
      waiting: [["Cancel", () => this.cancel()]],
      sending: [["Pause", () => this.pause()], ["Cancel", () => this.cancel()]],
      paused: [["Go on", () => this.resume()], ["Cancel", () => this.cancel()]],
      failed: [["Try again", () => this.resume()], ["Cancel", () => this.cancel()]],
    }[state] ?? [];
    this.buttons.replaceChildren(...actions.map(([label, run]) => {
      const button = element("button", { type: "button", className: "button secondary small", textContent: label });
      button.setAttribute("aria-label", `${label}: ${this.file.name}`);
      button.addEventListener("click", run);
      return button;
    }));
    if (had) (this.buttons.firstElementChild ?? list).focus();
  }

  watch() {
    const sent = [...this.loaded.values()].reduce((sum, one) => sum + one, 0);
    this.bar.value = sent;
    if (this.state === "sending") this.text.textContent = `${Math.floor((100 * sent) / (this.file.size || 1))} % sent`;
  }

  get at() {
    return `${form.dataset.uploads}${this.id}`;
  }

  // Until all is sent; what a worker does then keeps no other file waiting.
  async run() {
    this.stop = new AbortController();
    const { signal } = this.stop;
    await this.saying(async () => {
      this.show("sending", "Begins");
      await this.begin();
      signal.throwIfAborted();
      const { state, arrived, part_bytes: bytes } = await ask(`${this.at}/state`, null, signal);
      if (state === "sending") await this.sendAll(arrived, bytes, signal).catch((error) => this.unlessFinished(error, signal));
      this.saying(() => this.ending(signal));
    });
  }

  // Another tab that sends the same upload may be faster: then it goes its way.
  async unlessFinished(error, signal) {
    if (error.status !== 409) throw error;
    const { state } = await ask(`${this.at}/state`, null, signal);
    if (state === "sending") throw error;
  }

  // Once it is asked for, an upload may be there whatever becomes of the answer: so it is waited for, even by
  // those who pause or cancel meanwhile, and asked for again by the same key.
  begin() {
    if (this.id) return;
    const { file, key } = this;
    const about = { key, filename: file.name, bytes: file.size, mime: file.type };
    this.beginning ??= ask(form.dataset.upload, { ...about, ...this.settings })
      .then(({ id }) => (this.id = id))
      .finally(() => (this.beginning = null));
    return this.beginning;
  }

  async saying(act) {
    try {
      await act();
    } catch (error) {
      if (error.name === "AbortError") return;
      // What is wrong with the file itself stays so.
      this.show(["filename", "bytes", "mime"].includes(error.field) ? "refused" : "failed", error.message);
      announce(`${this.file.name}: ${error.message}`);
    }
  }

  async sendAll(arrived, bytes, signal) {
    const count = Math.ceil(this.file.size / bytes);
    const there = new Set(arrived);
    const left = [];
    this.loaded.clear();
    for (let number = 1; number <= count; number++) {
      if (there.has(number)) this.loaded.set(number, Math.min(bytes, this.file.size - (number - 1) * bytes));
      else left.push(number);
    }
    this.watch();
    const work = async () => {
      for (let number; (number = left.shift()); ) await this.sendPart(number, bytes, signal);
    };
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
    await this.patiently(() => ask(`${this.at}/finish`, {}, signal), (error) => error.again, signal);
  }

  sendPart(number, bytes, signal) {
    const blob = this.file.slice((number - 1) * bytes, number * bytes);
    const send = async () => {
      const { urls } = await ask(`${this.at}/urls`, { part: number }, signal);
      await put(urls[number], blob, (loaded) => (this.loaded.set(number, loaded), this.watch()), signal);
      this.loaded.set(number, blob.size);
      this.watch();
    };
    return this.patiently(send, (error) => error.again !== false, signal);
  }

  async patiently(act, mayRepeat, signal) {
    for (let tried = 1; ; tried++) {
      try {
        return await act();
      } catch (error) {
        if (error.name === "AbortError" || tried === TRIES || !mayRepeat(error)) throw error;
        if (this.state === "sending") this.text.textContent = `${error.message} It is tried again.`;
        await sleep(500 * 2 ** tried, signal);
      }
    }
  }

  // The store has all of it; a worker looks into it and says what became of it.
  async ending(signal) {
    this.bar.value = this.file.size;
    this.show("checking", "Is being looked into");
    for (let wait = 700; ; wait = Math.min(wait * 1.3, 5000)) {
      const { state, why, page, asset } = await this.patiently(() => ask(`${this.at}/state`, null, signal), (error) => error.again, signal);
      if (state === "checking" && why) this.show("checking", `Could not be looked into yet; it is tried again. ${why}`);
      else if (state === "stored") this.show("stored", "Stored", { href: asset, label: "Open the asset" });
      else if (state === "refused") this.show("refused", `Refused: ${why}`, { href: page, label: "Details" });
      else if (state === "cancelled" || state === "expired") this.show("cancelled", "Cancelled");
      if (!["sending", "checking", "checked"].includes(state)) return announce(`${this.file.name}: ${this.text.textContent}`);
      await sleep(wait, signal);
    }
  }

  pause() {
    this.stop.abort();
    this.show("paused", "Paused");
  }

  resume() {
    // What was wrong with the form may be right by now; what is asked for otherwise is another upload.
    if (!this.id && !this.beginning && !same(this.settings, settings()))
      Object.assign(this, { settings: settings(), key: newKey() });
    this.show("waiting", "Waits for its turn");
    queue.push(this);
    next();
  }

  async cancel() {
    this.stop?.abort();
    const at = queue.indexOf(this);
    if (at >= 0) queue.splice(at, 1);
    this.show("cancelling", "Is being cancelled");
    try {
      await this.beginning?.catch(() => {});
      if (this.id) await ask(`${this.at}/cancel`, {});
      this.show("cancelled", "Cancelled");
      announce(`${this.file.name}: cancelled`);
    } catch (error) {
      if (error.status !== 409) return this.show("failed", error.message);
      // All of it had arrived by then, and goes its way.
      announce(`${this.file.name}: ${error.message}`);
      this.resume();
    }
  }
}

function next() {
  while (active < FILES_AT_ONCE && queue.length) {
    active++;
    queue.shift().run().finally(() => (active--, next()));
  }
}

const same = (one, other) => Object.keys(one).every((name) => one[name] === other[name]);
const settings = () => Object.fromEntries(["source", "owner", "reason"].map((name) => [name, form.elements[name].value]));

if (form && list) {
  const resumable = JSON.parse(form.dataset.resumable);
  const files = form.querySelector('input[type="file"]');
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const file of files.files) {
      const now = settings();
      const at = resumable.findIndex((one) => one.filename === file.name && one.bytes === file.size
        && one.source === now.source && one.owners.includes(now.owner.trim()));
      const [begun] = at >= 0 ? resumable.splice(at, 1) : [];
      queue.push(new Sending(file, now, begun?.id));
    }
    files.value = "";
    next();
  });
  addEventListener("beforeunload", (event) => {
    if (document.querySelector('.upload[data-state="sending"], .upload[data-state="waiting"]')) event.preventDefault();
  });
}
