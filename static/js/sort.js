// Lists that are put in order: dragged by a grip, moved by buttons, or with Alt and the arrows.
import { announce } from "./app.js";

const itemOf = (element) => element.closest?.("[data-sort-item]");
const listOf = (item) => item.parentElement.closest("[data-sort]");
const itemsOf = (list) => [...list.children].filter((child) => child.matches("[data-sort-item]"));

function tell(list) {
  list.dispatchEvent(new CustomEvent("sorted", { bubbles: true }));
}

/** Puts an item `step` places further, and keeps the focus where it is. */
export function move(item, step) {
  const list = listOf(item);
  const items = itemsOf(list);
  const to = items.indexOf(item) + step;
  if (to < 0 || to >= items.length) return announce(step < 0 ? "It is the first already" : "It is the last already");
  const focused = document.activeElement;
  if (step < 0) items[to].before(item);
  else items[to].after(item);
  if (item.contains(focused)) focused.focus({ preventScroll: true });
  item.scrollIntoView({ block: "nearest" });
  announce(`Moved to place ${to + 1} of ${items.length}`);
  tell(list);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-move], [data-remove]");
  const item = button && itemOf(button);
  if (!item || !listOf(item)) return;
  if (button.dataset.move) return move(item, Number(button.dataset.move));
  const list = listOf(item);
  const items = itemsOf(list);
  const next = items[items.indexOf(item) + 1] ?? items[items.indexOf(item) - 1];
  item.remove();
  (next?.querySelector("[data-remove]") ?? list.closest(".field")?.querySelector("input:not([type=hidden]), button"))?.focus();
  announce(`Taken away, ${items.length - 1} left`);
  tell(list);
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  const item = itemOf(event.target);
  if (!item || !listOf(item)) return;
  event.preventDefault();
  move(item, event.key === "ArrowUp" ? -1 : 1);
});

// What is dragged, and before what it stood: given up or dropped elsewhere, it goes back there.
let dragged, home;
document.addEventListener("dragstart", (event) => {
  const item = event.target.matches?.("[data-grip]") && itemOf(event.target);
  if (!item) return;
  [dragged, home] = [item, item.nextElementSibling];
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.setDragImage(item, 12, 12);
  item.dataset.dragged = "";
});

document.addEventListener("dragover", (event) => {
  if (!dragged) return;
  const over = itemsOf(listOf(dragged)).find((item) => item.contains(event.target));
  if (!over && !listOf(dragged).contains(event.target)) return;
  event.preventDefault();
  if (!over || over === dragged) return;
  const { top, height } = over.getBoundingClientRect();
  if (event.clientY < top + height / 2) over.before(dragged);
  else over.after(dragged);
});

document.addEventListener("drop", (event) => dragged && event.preventDefault());
document.addEventListener("dragend", ({ dataTransfer }) => {
  if (!dragged) return;
  const list = listOf(dragged);
  delete dragged.dataset.dragged;
  if (dataTransfer.dropEffect === "none") {
    list.insertBefore(dragged, home);
    announce("Left where it was");
  } else {
    const items = itemsOf(list);
    announce(`Moved to place ${items.indexOf(dragged) + 1} of ${items.length}`);
    tell(list);
  }
  dragged = undefined;
});
