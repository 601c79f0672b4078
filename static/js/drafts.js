// What was typed into a form stands there again after Back, Forward and Reload, and nobody leaves it by mistake.
// It is kept with the page's entry in the browser's history: in no other tab, and for no longer than that. A page
// that answered a form becomes the page of the form again, so that nothing is sent anew to see it.
const TELLING = "#form-errors, [data-merged], [data-kept], [data-focus]";

const isTyped = (element) => element.name && !element.disabled && !["hidden", "file", "password", "submit", "button"].includes(element.type);
const isTicked = (element) => element.type === "checkbox" || element.type === "radio";

function keep(form) {
  const state = form.querySelector("[data-editor-state]");
  const fields = () => [...form.elements].filter(isTyped);
  const taken = () => fields().map((one) => [one.name, isTicked(one) ? one.checked : one.value, one.dataset.shown]);
  const first = JSON.stringify(taken());
  // A form that came back with what is wrong holds what was typed already.
  const came = (form.closest(".command") ?? form).querySelector(TELLING) !== null;
  const dirty = () => came || JSON.stringify(taken()) !== first;
  let sends = false;
  let wait;

  const note = (address = location.href) =>
    history.replaceState({ ...history.state, draft: { of: form.dataset.draft, fields: taken() } }, "", address);
  const tell = () => {
    if (state) state.textContent = dirty() ? "Not saved yet" : "";
    clearTimeout(wait);
    wait = setTimeout(() => dirty() && note(), 500);
  };

  /** Puts back what was typed, unless something else is stored since. */
  function restore({ of, fields: kept }) {
    if (of !== form.dataset.draft || JSON.stringify(kept) === first) return;
    const places = new Map();
    for (const [name, value, shown] of kept) {
      const place = places.get(name) ?? 0;
      places.set(name, place + 1);
      const one = fields().filter((field) => field.name === name)[place];
      if (!one || (isTicked(one) ? one.checked : one.value) === value) continue;
      if (isTicked(one)) one.checked = value;
      else one.value = value;
      if (shown !== undefined) one.dataset.shown = shown;
      one.dispatchEvent(new Event("input", { bubbles: true }));
      if (one.matches("select:not([data-tag-choice])")) one.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  const formPage = () => {
    const before = document.referrer && new URL(document.referrer);
    return form.dataset.draftAt ?? (before && before.origin + before.pathname === location.origin + location.pathname ? before.href : location.href);
  };
  if (came) note(formPage());
  else if (history.state?.draft) restore(history.state.draft);

  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  form.addEventListener("submit", () => (sends = true));
  // Who leaves a short form by its own way out means it; Back has what was typed.
  form.addEventListener("click", ({ target }) => target.closest(".form-actions a") && (sends = true));
  addEventListener("pageshow", () => (sends = false));
  // Where the session has ended, what was typed is kept until somebody has signed in.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Redirect")) sends = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!dirty()) return;
    note();
    if (!sends) event.preventDefault();
  });
  tell();
}

// What other scripts make of the fields stands there by then.
document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("form[data-draft]").forEach(keep));
