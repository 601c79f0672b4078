// Review: one key decides, and the next item is there already, its picture loaded. A lease says who looks at what;
// it is kept while one is active and set free on leaving. Without this script each decision is a form.
import { announce, htmx, isAwaited, onKey, SLOW, toast } from "./app.js";

const item = () => document.querySelector("[data-review]");
const working = () => document.querySelector("[data-review][data-works]");
const tab = item()?.dataset.tab;
const token = () => document.querySelector('meta[name="csrf-token"]').content;
const path = (id, end = "") => `${document.querySelector("[data-review]").dataset.base}${id}${end}`;

const deciding = new Set();
let next = null;
let active = true;

function post(url, values, headers = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) for (const one of [value].flat()) body.append(name, one);
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json", ...headers } });
}

const made = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter(Boolean));
  return element;
};

// The next item: leased, fetched, and its media loaded before it is wanted.
function lookAhead() {
  const at = working();
  if (!at) return;
  next = (async () => {
    const besides = [at.dataset.review, ...deciding];
    const response = await post(path("ahead"), { tab, queue: at.dataset.queue, besides }, { "HX-Request": "true" });
    if (response.status === 204) return null;
    if (!response.ok || response.redirected) throw response;
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = document.adoptNode(parsed.querySelector("[data-review]"));
    const picture = found.querySelector("img.stage-file");
    picture?.decode().catch(() => {});
    found.querySelector("video[data-review-media]")?.load();
    return found;
  })();
  next.catch(() => {});
}

async function show(waiting, left) {
  let found = null;
  try {
    found = await waiting;
  } catch {
    return location.assign(path("next"));
  }
  if (!found) {
    // What was decided last has to be answered before the page is left, and the answer read.
    await Promise.allSettled([...sent]);
    const told = document.querySelector("dialog.review-dialog[open]");
    if (told) await new Promise((closed) => told.addEventListener("close", closed));
    return location.assign(`${path("next")}?queue=${left.dataset.queue}`);
  }
  left.replaceWith(found);
  document.title = document.title.replace(left.dataset.title, found.dataset.title);
  const crumb = document.querySelector(".breadcrumbs [aria-current] bdi");
  if (crumb) crumb.textContent = found.dataset.name;
  history.replaceState(null, "", `${path(found.dataset.review)}?queue=${found.dataset.queue}`);
  found.focus({ preventScroll: true });
  announce(found.dataset.name);
  begin(found);
}

function begin(at) {
  watchMedia(at);
  htmx.process(at);
  lookAhead();
}

const sent = new Set();

function decide(verdict, extra = {}) {
  const at = working();
  if (!at || at.dataset.sent) return;
  at.dataset.sent = "true";
  const form = at.querySelector("[data-decide]");
  const values = { ...Object.fromEntries(new FormData(form)), verdict, ...extra };
  delete values.csrf_token;
  deciding.add(at.dataset.review);
  const answer = post(path(at.dataset.review, "/decide"), values)
    .then((response) => tell(response, at))
    .catch(() => lost(at))
    .finally(() => {
      deciding.delete(at.dataset.review);
      sent.delete(answer);
    });
  sent.add(answer);
  if (!next) lookAhead();
  const waiting = next;
  next = null;
  show(waiting, at);
}

async function tell(response, at) {
  const { name, review } = at.dataset;
  if (response.redirected || response.status === 401) return location.assign(path(review));
  const type = response.headers.get("Content-Type") ?? "";
  const told = type.includes("json") ? await response.json() : {};
  if (response.ok) {
    // The picture stays in sight: of what was done only the last two are offered to be undone here.
    for (const old of [...document.querySelectorAll(".toast.success")].slice(0, -1)) old.remove();
    toast({ tone: "success", title: told.text, undo: { href: told.undo, back: told.back } });
    return;
  }
  if (response.status === 409 && told.text) return conflict(told);
  toast({
    tone: "danger",
    title: `${name} was not decided`,
    text: told.text ?? "Nothing was changed.",
    requestId: response.headers.get("X-Request-ID"),
    action: { label: "Back to it", run: () => location.assign(path(review)) },
  });
}

function lost({ dataset }) {
  toast({
    tone: "danger",
    title: `No answer about ${dataset.name}`,
    text: "It may be decided or not. Look at it again.",
    action: { label: "Back to it", run: () => location.assign(path(dataset.review)) },
  });
}

/** Somebody was faster: says who, what and when, and offers to agree or to reverse. */
function conflict(told) {
  const title = made("h2", { id: `conflict-${told.item}`, textContent: `Not decided: ${told.name}` });
  const body = made("div", { className: "dialog-body" },
    made("p", { textContent: told.text }),
    told.note && made("p", { className: "review-said", textContent: told.note }));
  const agree = made("button", { type: "button", className: "button primary", textContent: told.reverse ? "Agree" : "Go on" });
  const back = made("a", { className: "button secondary", href: told.href, textContent: "Look at it" });
  const actions = made("div", { className: "form-actions" }, agree, back);
  if (told.reverse) {
    const form = made("form", { method: "post", action: document.querySelector("[data-review]").dataset.reverse });
    for (const [name, value] of Object.entries({ csrf_token: token(), decision: told.reverse, back: told.href }))
      form.append(made("input", { type: "hidden", name, value }));
    form.append(made("button", { type: "submit", className: "button secondary", textContent: "Reverse" }));
    actions.append(form);
  }
  body.append(actions);
  const dialog = openDialog(title, body);
  agree.addEventListener("click", () => dialog.close());
  agree.focus();
}

function openDialog(title, body) {
  // Where there is no keyboard, there is no Escape.
  const close = made("button", { type: "button", className: "button quiet small", textContent: "Close" });
  const head = made("header", { className: "dialog-head" }, title, close);
  const dialog = made("dialog", { className: "dialog review-dialog" }, head, body);
  close.addEventListener("click", () => dialog.close());
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

// Escalating and skipping want a reason: the note, a number, or what is typed.
function ask(verdict, heading) {
  const at = working();
  const note = at.querySelector("[data-note]").value.trim();
  if (note) return decide(verdict);
  const title = made("h2", { id: "ask-title", textContent: heading });
  const choices = made("div", { className: "review-choices" }, at.querySelector(`[data-reasons="${verdict}"]`).content.cloneNode(true));
  const input = made("input", { type: "text", id: "ask-reason", className: "input", maxLength: 2000, autocomplete: "off" });
  const form = made("form", { className: "field" },
    made("label", { className: "label", htmlFor: input.id, textContent: "Another reason" }), input);
  const dialog = openDialog(title, made("div", { className: "dialog-body" }, choices, form));
  const take = (reason) => {
    dialog.close();
    if (reason.trim()) decide(verdict, { reason });
  };
  dialog.addEventListener("click", ({ target }) => target.closest("[data-reason]") && take(target.closest("[data-reason]").dataset.reason));
  dialog.addEventListener("keydown", (event) => {
    const chosen = dialog.querySelectorAll("[data-reason]")[Number(event.key) - 1];
    if (!chosen || event.target === input) return;
    event.preventDefault();
    take(chosen.dataset.reason);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(input.value);
  });
  dialog.querySelector("[data-reason]")?.focus();
}

function tags() {
  const at = working();
  const title = made("h2", { id: "tags-title", textContent: "Tags" });
  const input = made("input", { type: "text", id: "tags-input", className: "input", value: at.querySelector("[data-tags]").dataset.tags });
  const form = made("form", { className: "field" },
    made("label", { className: "label", htmlFor: input.id, textContent: "With commas between them" }), input,
    made("div", { className: "form-actions" }, made("button", { type: "submit", className: "button primary", textContent: "Save" })));
  const problem = made("p", { className: "error", role: "alert" });
  const dialog = openDialog(title, made("div", { className: "dialog-body" }, form, problem));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { version } = at.querySelector("[data-tags]").dataset;
    const response = await post(path(at.dataset.review, "/decide"), { verdict: "tag", tags: input.value, version }).catch(() => null);
    const told = response?.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
    if (!response?.ok) return void (problem.textContent = told.text ?? "No answer from the server.");
    Object.assign(at.querySelector("[data-tags]").dataset, { tags: told.stored.tags, version: told.stored.version });
    at.querySelector("[data-tags]").textContent = told.stored.tags || "—";
    dialog.close();
    toast({ tone: "success", title: told.text, undo: { href: told.undo, back: told.back } });
  });
  input.focus();
  input.select();
}

// Hidden media, here and in the peek of the list: the original is asked for when one holds, and gone when one lets go.
const hiding = () => document.querySelector("[data-review] [data-stage][data-hidden], .peek [data-stage][data-hidden]");

function reveal(on) {
  const stage = hiding();
  if (!stage || stage.classList.contains("revealed") === on) return;
  stage.classList.toggle("revealed", on);
  stage.querySelector("[data-original]")?.remove();
  if (!on) return;
  const { kind, file, name } = stage.dataset;
  const playing = { src: file, muted: true, loop: true, autoplay: true };
  const shown = {
    image: () => made("img", { src: file, alt: name }),
    video: () => made("video", { ...playing, playsInline: true }),
    audio: () => made("audio", { ...playing, controls: true }),
  }[kind]?.();
  if (!shown) return void window.open(file, "_blank", "noopener");
  shown.className = "stage-file";
  shown.dataset.original = "";
  stage.append(shown);
}

function fail(medium) {
  medium.dataset.failed = "";
  if (medium.hasAttribute("data-blurred")) return medium.remove();
  medium.closest("[data-stage]").querySelector("[data-failed-media]").hidden = false;
}

document.addEventListener("error", ({ target }) => target.closest?.("[data-stage]") && fail(target), true);

/** Says that a file does not come; it is shown all the same once it does. */
function tellIfSlow(medium) {
  const failed = medium.closest("[data-stage]").querySelector("[data-failed-media]");
  setTimeout(() => {
    if (medium.isConnected && isAwaited(medium)) failed.hidden = false;
  }, SLOW);
  for (const name of ["load", "loadedmetadata"]) medium.addEventListener(name, () => (failed.hidden = true));
}

function watchMedia(at) {
  for (const medium of at.querySelectorAll("[data-review-media], [data-blurred]")) {
    if (medium.tagName === "VIDEO" && !matchMedia("(prefers-reduced-motion: reduce)").matches && at.hasAttribute("data-works"))
      medium.play().catch(() => {});
    // What failed before it stood in the page, or before this script ran, has fired its event already.
    if (medium.error || (medium.complete && medium.naturalWidth === 0)) fail(medium);
    else if (!medium.hasAttribute("data-blurred")) tellIfSlow(medium);
  }
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-again]")) {
    event.preventDefault();
    const stage = target.closest("[data-stage]");
    const medium = stage.querySelector(".stage-file");
    target.closest("[data-failed-media]").hidden = true;
    delete medium.dataset.failed;
    medium.src = `${medium.src.split("?")[0]}?${Date.now()}`;
    return;
  }
  const button = target.closest("[data-review] [data-verdict]");
  if (!button || !working()) return;
  event.preventDefault();
  run(button.dataset.verdict, button);
});

function run(verdict, button) {
  if (verdict === "escalate") ask(verdict, "Why should an admin decide?");
  else if (verdict === "skip") ask(verdict, "Why should somebody else take it?");
  else if (verdict === "tag") tags();
  else if (verdict === "reject") decide(verdict, { policy: button.value });
  else decide(verdict);
}

for (const [name, on] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false], ["pointerleave", false]])
  document.addEventListener(name, (event) => {
    if (on && !event.target.closest?.("[data-reveal], [data-stage][data-hidden] .stage-file")) return;
    reveal(on);
  });
document.addEventListener("keydown", (event) => {
  if (event.target.matches?.("[data-reveal]") && [" ", "Enter"].includes(event.key)) {
    event.preventDefault();
    reveal(true);
  }
});
addEventListener("keyup", ({ key: up }) => ["h", "H", " ", "Enter"].includes(up) && reveal(false));
addEventListener("blur", () => reveal(false));

const key = (keys, label, act, when = () => working() !== null) => onKey({ keys, group: "Review", label, when, run: act });
key(["a"], "Approve", () => run("approve"));
key(["b"], "Approve, blurred", () => run("blur"));
key(["1", "2", "3", "4", "5", "6", "7", "8", "9"], "Reject for the policy of that number", ({ key: number }) => {
  const button = working().querySelector(`[data-verdict="reject"][data-key="${number}"]`);
  if (!button) return false;
  run("reject", button);
});
key(["r"], "Go to the policies", () => working().querySelector(".policy summary")?.focus());
key(["e"], "Escalate, with a reason", () => run("escalate"), () => working()?.querySelector('[data-verdict="escalate"]') != null);
key(["g"], "Tag", () => run("tag"));
key(["s"], "Skip, with a reason", () => run("skip"));
key(["n"], "Write a note", () => working().querySelector("[data-note]").focus());
key(["u"], "All open items of the owner", () => {
  const link = item().querySelector("[data-owner-items]");
  if (!link) return false;
  link.click();
}, () => item()?.querySelector("[data-owner-items]") != null);
key(["h"], "Hold to reveal", (event) => event.repeat || reveal(true), () => hiding() !== null);
key(["m"], "Sound on or off", () => {
  const medium = item().querySelector("video, audio");
  medium.muted = !medium.muted;
  announce(medium.muted ? "Sound off" : "Sound on");
}, () => item()?.querySelector("video, audio") != null);
onKey({
  keys: ["r"],
  group: "Review",
  label: "Start reviewing",
  when: () => document.querySelector("a[data-review-start]") !== null,
  run: () => document.querySelector("[data-review-start]").click(),
});
onKey({
  keys: ["Escape"],
  group: "Review",
  label: "Leave the note",
  anywhere: true,
  when: () => document.activeElement?.matches("[data-note]"),
  run: () => item().focus(),
});

// The lease: asked for on opening, extended by activity, and what others do with it is told.
for (const name of ["keydown", "pointermove", "pointerdown", "scroll"])
  addEventListener(name, () => (active = true), { passive: true, capture: true });

async function keep(opens = false) {
  const at = item();
  if (!at || document.hidden) return;
  const was = active;
  active = false;
  const background = was || opens ? {} : { "X-Background": "lease" };
  try {
    const response = await post(path(at.dataset.review, "/lease"),
      { tab, opens: opens ? "yes" : "no", active: was || opens ? "yes" : "no" }, background);
    if (!response.ok || response.redirected || item() !== at) return;
    people(at, await response.json());
  } catch {
    active = was;
  }
}

function people(at, { mine, holder, elsewhere, decided, others }) {
  const line = at.querySelector("[data-people]");
  const was = line.dataset.said;
  line.className = "review-people";
  line.replaceChildren();
  let text = others.length ? `Also here: ${others.join(", ")}` : "";
  if (at.hasAttribute("data-works") && !mine && (holder || elsewhere || decided)) {
    line.classList.add("warning");
    text = decided ?? (holder ? `${holder} is looking at it.` : "You have it open in another tab.");
    if (holder) line.append(made("a", { className: "button secondary small", textContent: "Take it over", href: takeOver(at) }));
    line.append(made("a", { className: "button secondary small", textContent: "Next item", href: `${path("next")}?queue=${at.dataset.queue}` }));
  }
  line.prepend(text);
  line.dataset.said = text;
  if (line.classList.contains("warning") && was !== text) announce(text);
}

const takeOver = (at) => {
  const url = new URL(at.dataset.takeOver, location.href);
  url.searchParams.set("tab", tab);
  return url.href;
};

if (item()) {
  watchMedia(item());
  keep(true).then(() => next ?? lookAhead());
  setInterval(keep, 15_000);
  document.addEventListener("visibilitychange", () => keep(true));
  addEventListener("pagehide", () => {
    const body = new FormData();
    body.append("csrf_token", token());
    body.append("tab", tab);
    navigator.sendBeacon(path("leave"), body);
  });
  // A page that the browser had kept comes back without its lease.
  addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
}
