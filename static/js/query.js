// The query box: suggestions from the server as one types, in the combobox pattern of ARIA.
import { onKey } from "./keys.js";

const box = () => document.querySelector("[data-query] .query-input");
let wait;
let asking;

onKey({
  keys: ["/"],
  group: "List",
  label: "Go to the filter",
  when: () => box() !== null,
  run() {
    box().focus();
    box().select();
  },
});

const parts = (input) => {
  const form = input.closest("[data-query]");
  return { form, panel: form.querySelector(".suggestions") };
};
const options = (panel) => [...panel.querySelectorAll("[role=option]")];
const chosen = (panel) => panel.querySelector('[aria-selected="true"]');

function close(input) {
  clearTimeout(wait);
  asking?.abort();
  const { panel } = parts(input);
  panel.hidden = true;
  panel.replaceChildren();
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

async function ask(input, { first = false } = {}) {
  const { form, panel } = parts(input);
  clearTimeout(wait);
  asking?.abort();
  asking = new AbortController();
  // The server counts characters, the browser UTF-16 units.
  const at = [...input.value.slice(0, input.selectionStart)].length;
  const url = new URL(form.dataset.suggest, location.href);
  url.searchParams.set("q", input.value);
  url.searchParams.set("at", at);
  const length = [...input.value].length;
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: asking.signal });
    if (!response.ok || response.redirected || document.activeElement !== input) return close(input);
    const answer = new DOMParser().parseFromString(await response.text(), "text/html");
    const list = answer.querySelector("[role=listbox]");
    if (!list?.querySelector("[role=option]")) return close(input);
    list.dataset.length = length;
    panel.replaceChildren(document.adoptNode(list));
    panel.hidden = false;
    input.setAttribute("aria-expanded", "true");
    input.setAttribute("aria-controls", list.id);
    mark(input, panel, first ? options(panel)[0] : null);
  } catch (error) {
    // Suggestions are a help: without them one types on.
    if (error.name !== "AbortError") close(input);
  }
}

function mark(input, panel, option) {
  chosen(panel)?.setAttribute("aria-selected", "false");
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", option.id);
}

function take(input, option) {
  const { start, end, length } = option.closest("[role=listbox]").dataset;
  const characters = [...input.value];
  // What was typed while the answer was on its way belongs to the word that is replaced.
  const since = characters.length - Number(length);
  const inserted = option.dataset.insert;
  const before = characters.slice(0, Number(start)).join("") + inserted;
  const after = characters.slice(Number(end) + since).join("");
  const open = inserted.endsWith(":");
  const gap = open || after.startsWith(" ") ? "" : " ";
  input.value = before + gap + after;
  const caret = before.length + (open ? 0 : 1);
  input.setSelectionRange(caret, caret);
  close(input);
  ask(input);
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-suggest] .query-input")) return;
  clearTimeout(wait);
  wait = setTimeout(() => ask(target), 90);
});

document.addEventListener("keydown", (event) => {
  const input = event.target;
  if (!input.matches?.("[data-suggest] .query-input")) return;
  const { panel } = parts(input);
  const list = options(panel);
  if (event.key === "Escape") {
    if (panel.hidden) input.blur();
    else close(input);
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (panel.hidden) return void ask(input, { first: true });
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = list.indexOf(chosen(panel));
    const next = at < 0 && step < 0 ? list.length - 1 : at + step;
    mark(input, panel, list[next]);
  } else if ((event.key === "Enter" || event.key === "Tab") && !panel.hidden && chosen(panel)) {
    event.preventDefault();
    take(input, chosen(panel));
  } else if (event.key === "Enter") {
    close(input);
  }
});

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest(".suggestion");
  if (!option) return;
  event.preventDefault(); // the focus stays in the box
  take(option.closest("[data-query]").querySelector(".query-input"), option);
});

document.addEventListener("focusout", ({ target }) => {
  if (target.matches?.("[data-suggest] .query-input")) close(target);
});
