// The palette: one box that leads to every page and object, as a combobox of ARIA; without script it is a page.
import { onKey } from "./keys.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const results = dialog?.querySelector(".palette-results");
const kept = "recent";
let wait, asking, waiting, go;

const options = () => [...results.querySelectorAll("[role=option]")];
const chosen = () => results.querySelector('[aria-selected="true"]');

function mark(option) {
  chosen()?.setAttribute("aria-selected", "false");
  input.removeAttribute("aria-activedescendant");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) input.setAttribute("aria-activedescendant", option.id);
}

const say = (text) => (dialog.querySelector("[role=status]").textContent = text);

function later(delay) {
  clearTimeout(wait);
  asking?.abort();
  waiting = true;
  wait = setTimeout(ask, delay);
}

async function ask() {
  asking = new AbortController();
  const url = new URL(document.querySelector("[data-palette]").href);
  url.searchParams.set("q", input.value);
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (response.redirected || response.headers.has("HX-Redirect")) return location.assign(url);
    if (!response.ok) throw response;
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    results.replaceChildren(...answer.body.children);
    if (!input.value.trim()) remember();
    waiting = false;
    const found = options();
    mark(found[0]);
    say(results.querySelector("[data-none]")?.textContent ?? `${found.length} results`);
    if (go) found[0]?.click();
  } catch (error) {
    if (error.name === "AbortError") return;
    waiting = false;
    results.textContent = "";
    mark();
    const none = Object.assign(document.createElement("p"), { className: "palette-none" });
    none.textContent = "No answer from the server. Press Enter to try again.";
    results.append(none);
    say(none.textContent);
  }
  go = false;
}

const recent = () => JSON.parse(sessionStorage.getItem(kept) ?? "[]");

// What was looked at last in this tab stands before the pages.
function remember() {
  const model = results.querySelector(".palette-group");
  const seen = recent().filter(({ href }) => href !== location.pathname);
  if (!model || !seen.length) return;
  const group = model.cloneNode(true);
  const [first, ...rest] = group.querySelectorAll("[role=option]");
  rest.forEach((option) => option.remove());
  group.setAttribute("aria-label", (group.firstElementChild.textContent = "Recent"));
  seen.forEach(({ href, title, area, icon }, index) => {
    const option = first.cloneNode(true);
    Object.assign(option, { href, id: `palette-recent-${index}` });
    option.querySelector("use").setAttribute("href", icon);
    option.querySelector("bdi").textContent = title;
    option.querySelector("span").textContent = area;
    group.append(option);
  });
  first.remove();
  model.before(group);
}

const crumbs = [...document.querySelectorAll(".breadcrumbs li")].map((item) => item.textContent.trim());
const icon = document.querySelector(".nav-item[aria-current] use")?.getAttribute("href");
if (crumbs.length > 1 && icon) {
  const here = { href: location.pathname, title: crumbs.at(-1), area: crumbs[0], icon };
  sessionStorage.setItem(kept, JSON.stringify([here, ...recent().filter(({ href }) => href !== here.href)].slice(0, 8)));
}

function open() {
  if (dialog.open) return dialog.close();
  if (document.querySelector("dialog[open]")) return false;
  input.value = "";
  dialog.showModal();
  later(0);
}

if (dialog) {
  if (/^(Mac|iP)/.test(navigator.platform)) document.querySelector("[data-palette] kbd").textContent = "⌘ K";
  onKey({ keys: ["k"], group: "Anywhere", label: "Go to a page, id, name or address", anywhere: true, control: true, run: open });
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !event.target.closest("[data-palette]")) return;
    event.preventDefault();
    open();
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => asking?.abort());
  input.addEventListener("input", ({ inputType }) => {
    go = false;
    later(inputType === "insertFromPaste" ? 0 : 60);
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || !(step || ["Enter", "Escape"].includes(event.key))) return;
    event.preventDefault();
    // Of a field for searching browsers take the text away first, and would leave the palette open.
    if (event.key === "Escape") return dialog.close();
    if (step) {
      const list = options();
      return mark(list.at((list.indexOf(chosen()) + step) % list.length));
    }
    // Who presses Enter before the answer is there means its best.
    if (waiting) return void (go = true);
    const option = chosen();
    if (!option) return later(0);
    if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener");
    else option.click();
  });
}
