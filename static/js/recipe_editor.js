// The form of a recipe: says whether anything was typed, and asks before it is lost.
import "./sort.js";
import "./steps.js";
import "./tags.js";

const form = document.querySelector("form[data-recipe-editor]");

if (form) {
  const state = form.querySelector("[data-editor-state]");
  const taken = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string")).toString();
  const first = taken();
  let sends = false;
  // A form that came back with what is wrong holds what was typed already.
  const came = form.querySelector("#form-errors, [data-merged], [data-kept]") !== null;
  const dirty = () => came || taken() !== first;
  const tell = () => (state.textContent = dirty() ? "Not saved yet" : "");
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  form.addEventListener("submit", () => (sends = true));
  addEventListener("pageshow", () => (sends = false));
  // Where the session has ended, what was typed is kept until somebody has signed in.
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Redirect")) sends = true;
  });
  addEventListener("beforeunload", (event) => {
    if (!sends && dirty()) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  tell();

  // A new recipe gets its slug from its name, until somebody writes one.
  const { name, slug } = form.elements;
  const slugged = (text) =>
    text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 100).replace(/^-|-$/g, "");
  let own = slug.value !== "" || !form.action.endsWith("/new");
  slug.addEventListener("input", () => (own = true));
  name.addEventListener("input", () => {
    if (!own) slug.value = slugged(name.value);
  });
}
