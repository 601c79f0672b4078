// A set that many objects have, edited together: checkboxes of three states, "7 of 12", over the menus that are sent.
import { announce } from "./announce.js";

const rowOf = (element) => element.closest("[data-member]");
const boxOf = (row) => row.querySelector("[data-member-box]");

/** Shows what will be sent: nothing for a row that stays as it is. */
function paint(row) {
  const change = row.querySelector("select").value[0] ?? "";
  const box = boxOf(row);
  box.indeterminate = !change && row.dataset.was === "some";
  box.checked = change === "+" || (!change && row.dataset.was === "all");
  row.toggleAttribute("data-changed", Boolean(change));
}

// As it is → all → none → as it is; two of them are the same where all or none have it.
const NEXT = { some: { "": "+", "+": "-", "-": "" }, all: { "": "-", "-": "" }, none: { "": "+", "+": "" } };

function turn(row) {
  const select = row.querySelector("select");
  const sign = NEXT[row.dataset.was][select.value[0] ?? ""];
  select.value = sign && sign + row.dataset.member;
  paint(row);
  const said = { "": "as it is", "+": "for all", "-": "for none" }[sign];
  announce(`${select.getAttribute("aria-label")}: ${said}`);
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

/** What was found and is chosen moves to the others, so that the next search does not lose it. */
function keep(row) {
  const offer = row.closest("[data-members-offer]");
  if (!offer) return;
  const editor = row.closest("[data-members]");
  [...editor.querySelectorAll("[data-members-list]")].at(-1).append(row);
  boxOf(row).focus();
}

/** Rows that the form has already are not offered again; the others say of how many. */
function tidy(editor) {
  const total = Number(editor.dataset.total);
  const has = new Set([...editor.querySelectorAll("[data-members-list] > [data-member]")].map((row) => row.dataset.member));
  for (const row of editor.querySelectorAll("[data-members-offer] > [data-member]")) {
    if (has.has(row.dataset.member)) row.remove();
    else if (total > 1) row.querySelector("label").after(counted(total));
  }
}

const counted = (total) => Object.assign(document.createElement("span"), { className: "member-count", textContent: `0 of ${total}` });

function paintAll(root) {
  for (const row of root.querySelectorAll?.("[data-member]") ?? []) paint(row);
}

document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-member-box]")) return;
  event.stopPropagation();
  const row = rowOf(event.target);
  keep(row);
  turn(row);
}, true);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-members-new]");
  if (!button) return;
  const editor = button.closest("[data-members]");
  const value = button.dataset.membersNew;
  const row = document.createElement("li");
  row.className = "member";
  Object.assign(row.dataset, { member: value, was: "none" });
  const label = Object.assign(document.createElement("label"), { className: "member-box" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox" });
  box.dataset.memberBox = "";
  const select = Object.assign(document.createElement("select"), { name: editor.dataset.name, hidden: true });
  select.setAttribute("aria-label", value);
  select.append(new Option("As it is", ""), new Option("All", `+${value}`));
  label.append(box, Object.assign(document.createElement("span"), { textContent: value }));
  row.append(label, select);
  [...editor.querySelectorAll("[data-members-list]")].at(-1).append(row);
  turn(row);
  button.remove();
  const find = editor.querySelector("[data-members-find]");
  find.value = "";
  find.focus();
});

// Enter in the search sends no form; the arrows move between the boxes.
document.addEventListener("keydown", (event) => {
  const editor = event.target.closest?.("[data-members]");
  if (!editor) return;
  if (event.key === "Enter" && event.target.matches("[data-members-find]")) {
    event.preventDefault();
    editor.querySelector("[data-members-found] button, [data-members-found] [data-member-box]")?.click();
  } else if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.matches("[data-member-box], [data-members-find]")) {
    const stops = [...editor.querySelectorAll("[data-member-box], [data-members-find]")];
    const next = stops[stops.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    if (next) event.preventDefault();
    next?.focus();
  }
});

paintAll(document);
addEventListener("pageshow", () => paintAll(document));
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const editor = detail.target?.closest?.("[data-members]");
  if (editor) tidy(editor);
  paintAll(detail.target ?? document);
});
