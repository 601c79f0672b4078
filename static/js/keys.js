// One registry handles the keys and fills the sheet that `?` opens, so that the sheet cannot lie.
import { nextTheme } from "./preferences.js";

const registry = [];

/**
 * Registers what keys do.
 * keys: names as KeyboardEvent.key gives them; group and label: for the sheet; when: whether it works on this page now;
 * run: called with the event; anywhere: works in inputs too and cannot be switched off (Escape);
 * control: together with Ctrl or Command.
 */
export function onKey({ keys, group, label, when = () => true, run, anywhere = false, control = false }) {
  registry.push({ keys, group, label, when, run, anywhere, control });
}

const types = (element) =>
  element.isContentEditable || element.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");

// Space and Enter belong to the control that has the focus.
const operates = (element, key) =>
  (key === " " && element.matches("button, summary, input, [role=button], video, audio")) ||
  (key === "Enter" && element.matches("a, button, summary, input"));

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const { target, key } = event;
  const control = event.ctrlKey || event.metaKey;
  const single = document.documentElement.dataset.shortcuts !== "off";
  for (const entry of registry) {
    if (entry.control !== control || !entry.keys.includes(key.length === 1 ? key.toLowerCase() : key)) continue;
    if (!entry.anywhere && (!single || types(target) || operates(target, key) || document.querySelector("dialog[open]")))
      continue;
    if (!entry.when()) continue;
    if (entry.run(event) === false) continue;
    event.preventDefault();
    return;
  }
});

const names = { " ": "Space", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓" };
const sheet = document.getElementById("keys");

function openSheet() {
  const single = document.documentElement.dataset.shortcuts !== "off";
  const groups = Map.groupBy(registry.filter((entry) => entry.label && (single || entry.anywhere) && entry.when()), (entry) => entry.group);
  const list = sheet.querySelector("[data-keys-list]");
  list.replaceChildren();
  for (const [group, entries] of groups) {
    const section = document.createElement("section");
    const title = document.createElement("h3");
    title.textContent = group;
    const definitions = document.createElement("dl");
    for (const { keys, label, control } of entries) {
      const what = document.createElement("dt");
      what.textContent = label;
      const pressed = document.createElement("dd");
      // Nine keys in a row would leave their meaning no room.
      const isRange = keys.length > 3 && keys.every((key, index) => index === 0 || key === String(Number(keys[index - 1]) + 1));
      for (const [index, key] of (isRange ? [keys[0], keys.at(-1)] : keys).entries()) {
        const cap = document.createElement("kbd");
        cap.textContent = (control ? "Ctrl " : "") + (names[key] ?? (key.length === 1 ? key.toUpperCase() : key));
        pressed.append(isRange && index ? " to " : index ? " " : "", cap);
      }
      definitions.append(what, pressed);
    }
    section.append(title, definitions);
    list.append(section);
  }
  if (!single) {
    const note = document.createElement("p");
    note.className = "faint";
    note.textContent = "Single-key shortcuts are switched off in your menu.";
    list.append(note);
  }
  sheet.showModal();
}

if (sheet) {
  onKey({ keys: ["?"], group: "Anywhere", label: "Show these keys", run: openSheet });
  onKey({ keys: ["t"], group: "Anywhere", label: "Light or dark", run: nextTheme });
  document.addEventListener("click", ({ target }) => target.closest("[data-keys-open]") && openSheet());
}
