// Rows under the keyboard: J and K move, Enter opens, Space peeks, Escape closes; and the way back to the row left.
import htmx from "htmx.org";
import { announce } from "./announce.js";
import { onKey } from "./keys.js";
import { toast } from "./toast.js";

const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
const leads = () => rows().map((row) => row.querySelector("[data-lead]")).filter(Boolean);
const rowOf = (element) => element?.closest?.("[data-rows] [data-row]") ?? null;
const focused = () => rowOf(document.activeElement) ?? document.querySelector("[data-row][data-current]");
const peek = () => document.getElementById("peek");
const peeking = () => peek() !== null && !peek().hidden;
const hasRows = () => document.querySelector("[data-rows] [data-row]") !== null;

function move(step) {
  const all = leads();
  const now = focused()?.querySelector("[data-lead]");
  const at = all.indexOf(now);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step];
  if (!next) {
    // Past the end the list goes on: the focus waits at the link to the next page.
    document.querySelector(`.pager-links a[rel="${step > 0 ? "next" : "prev"}"]`)?.focus();
    return;
  }
  next.focus({ preventScroll: true });
  rowOf(next).scrollIntoView({ block: "nearest" });
  if (peeking() && rowOf(next).dataset.peek) show(rowOf(next));
}

let showing;
async function show(row) {
  const panel = peek();
  document.querySelectorAll("[data-row][data-current]").forEach((other) => delete other.dataset.current);
  row.dataset.current = "";
  showing?.abort();
  showing = new AbortController();
  try {
    const response = await fetch(row.dataset.peek, { headers: { "HX-Request": "true" }, signal: showing.signal });
    if (response.redirected || response.headers.has("HX-Redirect")) return void location.assign(row.querySelector("[data-lead]").href);
    if (!response.ok) throw Object.assign(new Error("refused"), { response });
    htmx.swap(panel, await response.text(), { swapStyle: "innerHTML" });
    panel.hidden = false;
    panel.scrollTop = 0;
    row.scrollIntoView({ block: "nearest" });
    announce(`Peek: ${panel.querySelector("h2")?.textContent ?? ""}`);
  } catch (error) {
    if (error.name === "AbortError") return;
    toast({
      tone: "danger",
      title: "This could not be shown",
      text: error.response ? "Open it to see what is wrong." : "No answer from the server. Check the connection.",
      requestId: error.response?.headers.get("X-Request-ID"),
    });
  }
}

function hide() {
  const panel = peek();
  const inside = panel.contains(document.activeElement);
  const row = document.querySelector("[data-row][data-current]");
  panel.hidden = true;
  panel.replaceChildren();
  if (row) {
    delete row.dataset.current;
    if (inside || document.activeElement === document.body) row.querySelector("[data-lead]")?.focus();
  }
}

onKey({ keys: ["j", "ArrowDown"], group: "List", label: "Next row", when: hasRows, run: (event) => arrows(event, 1) });
onKey({ keys: ["k", "ArrowUp"], group: "List", label: "Previous row", when: hasRows, run: (event) => arrows(event, -1) });

// The arrows scroll as ever until a row has the focus.
function arrows(event, step) {
  if (event.key.startsWith("Arrow") && !rowOf(document.activeElement)) return false;
  move(step);
}

onKey({
  keys: ["Enter"],
  group: "List",
  label: "Open the row",
  when: hasRows,
  run() {
    const link = focused()?.querySelector("[data-lead]");
    if (!link) return false;
    link.click();
  },
});

onKey({
  keys: [" "],
  group: "List",
  label: "Peek at the row",
  when: () => hasRows() && peek() !== null,
  run() {
    const row = focused();
    if (!row?.dataset.peek) return false;
    if (peeking() && row.hasAttribute("data-current")) hide();
    else show(row);
  },
});

// It stands behind all rows: from one of them it is hundreds of steps away.
onKey({
  keys: ["p"],
  group: "List",
  label: "Into the peek, and back to its row",
  when: peeking,
  run() {
    const inside = peek().contains(document.activeElement);
    (inside ? document.querySelector("[data-row][data-current] [data-lead]") : peek().querySelector("a, button"))?.focus();
  },
});

onKey({
  keys: ["Escape"],
  group: "List",
  label: "Close the peek, leave the rows",
  when: hasRows,
  anywhere: true,
  run(event) {
    if (event.target.matches("input, textarea, select")) return false;
    if (document.querySelector("dialog[open], :popover-open")) return false;
    if (peeking()) hide();
    else if (rowOf(document.activeElement)) document.activeElement.blur();
    else return false;
  },
});

// Detail pages: the same two keys go to the neighbours within the list.
for (const [key, rel, label] of [["j", "next", "Next in the list"], ["k", "prev", "Previous in the list"]])
  onKey({
    keys: [key],
    group: "Page",
    label,
    when: () => document.querySelector(`.stepper a[rel="${rel}"]`) !== null,
    run: () => document.querySelector(`.stepper a[rel="${rel}"]`).click(),
  });

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-peek-close]")) return hide();
  const row = rowOf(event.target);
  if (!row) return;
  if (event.target.closest("a, button, input, label, summary")) return keepPlace(row);
  if (event.defaultPrevented || getSelection().toString()) return;
  if (event.ctrlKey || event.metaKey) return row.dataset.href && window.open(row.dataset.href, "_blank", "noopener");
  if (!row.dataset.peek || !peek() || matchMedia("(max-width: 799.9px)").matches) {
    if (row.dataset.href) row.querySelector("[data-lead]").click();
    return;
  }
  if (row.hasAttribute("data-current") && peeking()) hide();
  else show(row);
});

// The way back: which row was left, and how far the rows were scrolled, kept for this tab and this URL.
const place = () => `place:${location.pathname}${location.search}`;
const scroller = () => {
  const inner = document.querySelector("[data-scroll]");
  return inner && inner.scrollHeight > inner.clientHeight + 1 ? inner : document.scrollingElement;
};

function keepPlace(row) {
  sessionStorage.setItem(place(), JSON.stringify({ row: row.id, top: scroller().scrollTop }));
}

function returnToPlace() {
  if (!hasRows()) return;
  const kept = sessionStorage.getItem(place());
  if (!kept) return;
  sessionStorage.removeItem(place());
  const [entry] = performance.getEntriesByType("navigation");
  const back = entry?.type === "back_forward" || document.referrer.startsWith(location.origin);
  if (!back) return;
  const { row, top } = JSON.parse(kept);
  scroller().scrollTop = top;
  document.getElementById(row)?.querySelector("[data-lead]")?.focus({ preventScroll: true });
}

document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Enter" && target.matches?.("[data-lead]")) keepPlace(rowOf(target));
});
document.addEventListener("submit", ({ target }) => {
  const row = target.matches("#bulk") && rowOf([...document.querySelectorAll("[data-rows] input.choose:checked")].at(-1));
  if (row) keepPlace(row);
});
addEventListener("pageshow", returnToPlace);

// A new page of rows starts at its top; the same rows in place stay where they are.
let before;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.matches?.("[data-list]")) before = rows()[0]?.id;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!detail.target?.matches?.("[data-list]")) return;
  if (rows()[0]?.id !== before) scroller().scrollTop = 0;
  const count = document.getElementById("list-count")?.firstChild?.textContent?.trim();
  announce(hasRows() ? `${rows().length} rows${count ? `, ${count} in all` : ""}` : document.querySelector(".empty h2")?.textContent);
});
