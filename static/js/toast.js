// Short messages at the lower right. Failures stay until dismissed; an undo stays for ten seconds or more.
import { icon } from "./icon.js";
import { onKey } from "./keys.js";

const icons = {
  success: { icon: "circle-check" },
  danger: { icon: "circle-alert" },
  warning: { icon: "triangle-alert" },
  info: { icon: "info" },
};
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter(Boolean));
  return made;
};

/** Shows {tone, title, text, requestId, undo: {href, label, back}, action: {label, run}}; of these only title is needed. */
export function toast({ tone = "info", title, text, requestId, undo, action }) {
  const region = document.getElementById("toasts");
  if (!region) return;
  const close = element("button", { type: "button", className: "icon-button", title: "Dismiss" }, icon("x"));
  close.setAttribute("aria-label", "Dismiss");
  const actions = element("div", { className: "toast-actions" });
  if (undo) actions.append(undoForm(undo));
  if (action) {
    const again = element("button", { type: "button", className: "button secondary small", textContent: action.label });
    again.addEventListener("click", () => (box.remove(), action.run()));
    actions.append(again);
  }
  if (requestId) {
    const copy = element("button", { type: "button", className: "copy" });
    copy.dataset.copy = requestId;
    copy.setAttribute("aria-label", "Copy the request id");
    actions.append(element("span", { className: "copyable faint" },
      element("span", { className: "mono", textContent: requestId }), copy));
  }
  const box = element("div", { className: `toast ${tone}` },
    icon((icons[tone] ?? icons.info).icon),
    element("div", { className: "toast-text" },
      element("strong", { textContent: title }),
      text && element("p", { textContent: text }),
      actions.childElementCount > 0 && actions),
    close);
  box.setAttribute("role", tone === "danger" ? "alert" : "status");
  close.addEventListener("click", () => box.remove());
  region.append(box);
  while (region.childElementCount > 4) region.firstElementChild.remove();
  if (tone !== "danger") fade(box, undo ? 12_000 : 5_000);
}

function undoForm({ href, label = "Undo", back }) {
  const token = element("input", { type: "hidden", name: "csrf_token" });
  token.value = document.querySelector('meta[name="csrf-token"]').content;
  return element("form", { method: "post", action: href }, token,
    back && element("input", { type: "hidden", name: "back", value: back }),
    element("button", { type: "submit", className: "button secondary small", textContent: label }));
}

// What was done last is undone first.
const undoable = () => [...document.querySelectorAll(".toast form")].at(-1) ?? null;
onKey({ keys: ["z"], group: "Page", label: "Undo", when: () => undoable() !== null, run: () => undoable().requestSubmit() });

// The time stops while the toast is being read or reached for.
function fade(box, milliseconds) {
  let left = milliseconds;
  const tick = setInterval(() => {
    if (!box.isConnected) return clearInterval(tick);
    if (box.matches(":hover, :focus-within") || document.hidden) return;
    left -= 250;
    if (left > 0) return;
    clearInterval(tick);
    box.remove();
  }, 250);
}

document.addEventListener("toast", ({ detail }) => toast(detail));
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-toast]");
  if (button) toast(JSON.parse(button.dataset.toast));
});

const flashed = document.querySelector("[data-flashes]");
if (flashed) {
  for (const message of flashed.children) {
    const tone = message.dataset.tone;
    const undo = message.querySelector("[data-undo-form]") && { href: message.dataset.undo };
    toast({ tone: tone in icons ? tone : "info", title: message.querySelector("p").textContent.trim(), undo });
  }
  flashed.remove();
}
