// The form of a recipe: its steps and tags without writing JSON or numbers, and its slug from its name.
import "./drafts.js";
import "./sort.js";
import "./steps.js";
import "./tags.js";

const form = document.querySelector("form[data-recipe-editor]");

if (form) {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });

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
