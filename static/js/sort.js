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

// What is dragged, by which pointer, and before what it stood: given up, it goes back there. Pointers are mice, pens and
// fingers alike; the list has the pointer, since an item that changes its place loses it.
let drag;
const EDGE = 56; // of what scrolls, within which it does, px

/** What scrolls around a list: a part of the page on wide screens, all of it on a phone. */
function scrollerOf(list) {
  for (let one = list.parentElement; one; one = one.parentElement)
    if (one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY)) return one;
  return document.scrollingElement;
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.button === 0 && event.isPrimary && event.target.closest?.("[data-grip]");
  const item = grip && itemOf(grip);
  if (!item || !listOf(item) || drag) return;
  event.preventDefault(); // selects nothing
  const list = listOf(item);
  list.setPointerCapture(event.pointerId);
  drag = { item, list, pointer: event.pointerId, home: item.nextElementSibling, y: event.clientY, scroller: scrollerOf(list) };
  item.dataset.dragged = list.dataset.sorting = "";
});

document.addEventListener("pointermove", ({ pointerId, clientY }) => {
  if (pointerId !== drag?.pointer) return;
  drag.y = clientY;
  place();
  drag.scrolling ??= requestAnimationFrame(scroll);
});

/** Puts what is dragged before the first item of which the pointer is above the middle. */
function place() {
  const { item, list, y } = drag;
  const next = itemsOf(list).find((one) => {
    const { top, height } = one.getBoundingClientRect();
    return one !== item && y < top + height / 2;
  });
  if (next !== item.nextElementSibling) list.insertBefore(item, next ?? null);
}

/** Scrolls as long as the pointer is near an edge, the faster the nearer. */
function scroll() {
  if (!drag) return;
  const { scroller, y } = drag;
  const { top, bottom } = scroller.getBoundingClientRect();
  const over = Math.min(y - Math.max(top, 0) - EDGE, 0) + Math.max(y - Math.min(bottom, innerHeight) + EDGE, 0);
  drag.scrolling = over ? requestAnimationFrame(scroll) : undefined;
  if (!over) return;
  scroller.scrollBy({ top: over / 4, behavior: "instant" });
  place();
}

function drop(isMeant) {
  const { item, list, home, pointer } = drag;
  drag = undefined;
  if (list.hasPointerCapture(pointer)) list.releasePointerCapture(pointer);
  delete item.dataset.dragged;
  delete list.dataset.sorting;
  if (!isMeant) list.insertBefore(item, home);
  if (item.nextElementSibling === home) return announce("Left where it was");
  const items = itemsOf(list);
  announce(`Moved to place ${items.indexOf(item) + 1} of ${items.length}`);
  tell(list);
}

document.addEventListener("pointerup", ({ pointerId }) => pointerId === drag?.pointer && drop(true));
document.addEventListener("pointercancel", ({ pointerId }) => pointerId === drag?.pointer && drop(false));
document.addEventListener(
  "keydown",
  (event) => {
    if (!drag || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    drop(false);
  },
  true,
);
