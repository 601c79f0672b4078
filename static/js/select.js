// Rows that are selected: X at the row that has the focus, Shift with a click for a range, all of a page at its head.
import { announce } from "./announce.js";
import { onKey } from "./keys.js";

const boxes = () => [...document.querySelectorAll('[data-rows] input.choose[form="bulk"]')];
const chosen = () => boxes().filter((box) => box.checked);
const head = () => document.querySelector("[data-choose-all]");
let last;

function count(says = true) {
  const all = boxes();
  const number = chosen().length;
  const label = document.querySelector("[data-bulk-count]");
  if (label) label.textContent = `${number} selected`;
  if (head()) {
    head().checked = number > 0 && number === all.length;
    head().indeterminate = number > 0 && number < all.length;
  }
  if (says) announce(number ? `${number} selected` : "None selected");
}

function choose(box, checked, range) {
  const all = boxes();
  const from = range ? all.indexOf(last) : -1;
  const to = all.indexOf(box);
  const which = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of which) one.checked = checked;
  last = box;
  count();
}

function none(focused = document.activeElement) {
  for (const box of boxes()) box.checked = false;
  count();
  // The bar goes, and with it what had the focus there.
  if (focused.closest("#bulk")) (last?.isConnected ? last.closest("[data-row]").querySelector("[data-lead]") : head())?.focus();
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.matches?.("[data-choose-all]")) {
    for (const box of boxes()) box.checked = target.checked;
    count();
  } else if (target.matches?.('input.choose[form="bulk"]')) choose(target, target.checked, event.shiftKey);
});

// The head of a small table stands for its rows, and says whether all of them are chosen.
document.addEventListener("change", ({ target }) => {
  const head = target.closest?.("table")?.querySelector("[data-choose-column]");
  if (!head || !target.matches("input.choose")) return;
  const rows = [...head.closest("table").querySelectorAll("tbody input.choose")];
  if (target === head) for (const box of rows) box.checked = head.checked;
  head.checked = rows.every((box) => box.checked);
  head.indeterminate = !head.checked && rows.some((box) => box.checked);
});

document.addEventListener("reset", ({ target }) => target.matches("#bulk") && setTimeout(none, 0, document.activeElement));

// Enter opens the row, as everywhere in it; it does not send the form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("input.choose")) {
    event.preventDefault();
    event.target.closest("[data-row]")?.querySelector("[data-lead]").click();
  }
});

onKey({
  keys: ["x"],
  group: "List",
  label: "Select the row, with Shift all up to it",
  when: () => boxes().length > 0,
  run(event) {
    const row = document.activeElement.closest?.("[data-row]") ?? document.querySelector("[data-row][data-current]");
    const box = row?.querySelector("input.choose");
    if (!box) return false;
    choose(box, event.shiftKey ? true : !box.checked, event.shiftKey);
  },
});

// The bar stands behind all rows: from one of them it is hundreds of steps away.
onKey({
  keys: ["a"],
  group: "List",
  label: "Go to what can be done with the selected rows",
  when: () => chosen().length > 0,
  run: () => document.querySelector("#bulk .bulk-actions :is(button, a):not([aria-disabled])")?.focus(),
});

onKey({
  keys: ["Escape"],
  group: "List",
  label: "Select none",
  when: () => chosen().length > 0,
  anywhere: true,
  run(event) {
    if (event.target.matches("input:not(.choose), textarea, select") || document.querySelector("dialog[open], :popover-open")) return false;
    none();
  },
});

// Browsers keep what was checked when one comes back; other rows start with none.
addEventListener("pageshow", () => boxes().length && count(false));
document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target?.matches?.("[data-list]") && count(false));
