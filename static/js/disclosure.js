// Menus close when one leaves them; dialogs open where the browser lacks command buttons, and close beside them.
import { onKey } from "./keys.js";

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  const opener = target.closest("[data-dialog]");
  if (opener && !("commandForElement" in opener)) document.getElementById(opener.dataset.dialog)?.showModal();
  if (target instanceof HTMLDialogElement && !("closedBy" in target)) target.close();
});

document.addEventListener("focusin", ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target)) menu.open = false;
  const sheet = document.querySelector("#nav:popover-open");
  // The way back to what opened it stays: from there it closes too.
  if (sheet && !sheet.contains(target) && !target.matches("[popovertarget=nav]")) sheet.hidePopover();
});

onKey({
  keys: ["Escape"],
  anywhere: true,
  run() {
    const [menu] = openMenus();
    if (!menu) return false;
    menu.open = false;
    menu.querySelector("summary").focus();
  },
});

// The arrows walk through a menu as they do in any other program.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details[data-menu]");
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("input[type=radio], input[type=date]")) return;
  const items = [...menu.querySelectorAll("a, button, input:not([type=hidden])")].filter((item) => item.checkVisibility());
  menu.open = true;
  const step = event.key === "ArrowDown" ? 1 : -1;
  const at = items.indexOf(document.activeElement);
  items.at(at < 0 ? (step > 0 ? 0 : -1) : (at + step) % items.length)?.focus();
  event.preventDefault();
});
