// htmx with morphing, the CSRF token, a declared focus after each swap, and no silent failure.
import htmx from "htmx.org";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";
import { announce } from "./announce.js";
import { toast } from "./toast.js";

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph:outerHTML",
  handleSwap(style, target, fragment) {
    if (!style.startsWith("morph")) return false;
    const loaders = () => [...target.querySelectorAll('[hx-trigger="load, again"]')];
    const loaded = new Map(loaders().map((loader) => [loader.id, loader.getAttribute("hx-get")]));
    Idiomorph.morph(target, fragment.children, {
      morphStyle: style.endsWith("innerHTML") ? "innerHTML" : "outerHTML",
      ignoreActiveValue: true,
      callbacks: {
        // What is filled later keeps what it shows until its own answer comes: no flash of a skeleton.
        beforeNodeMorphed(before, after) {
          if (before.nodeType === 1 && before.hasAttribute("data-keep") && before.id === after.id)
            after.replaceChildren(...before.cloneNode(true).childNodes);
          return true;
        },
        // Whether the facets are folded is the person's own doing; a menu of boxes stays open for the next one.
        beforeAttributeUpdated: (name, element) =>
          !(element.hasAttribute?.("data-facets") && (name === "open" || name === "data-ready")) &&
          !(name === "open" && element.matches?.("[data-menu]:has([data-submit-on-change] :focus)")),
      },
    });
    // htmx loads once an element; what stayed and has a new address loads again.
    htmx.process(target);
    for (const loader of loaders())
      if (loader.getAttribute("hx-get") !== loaded.get(loader.id)) htmx.trigger(loader, "again");
    return true;
  },
});

document.addEventListener("htmx:configRequest", ({ detail, target }) => {
  detail.headers["X-CSRFToken"] = meta("csrf-token");
  // Boosted links inside a list ask for the list alone, not for a page.
  if (target.closest?.("[data-list]")) delete detail.headers["HX-Boosted"];
});

// Where the focus goes when what had it is gone: the nearest data-then-focus of what was pressed.
const thenFocus = new WeakMap();
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const target = detail.elt?.closest("[data-then-focus]")?.dataset.thenFocus;
  if (target) thenFocus.set(detail.xhr, target);
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const errors = detail.elt?.querySelector?.("[data-focus]");
  const target = thenFocus.get(detail.xhr);
  if (errors) errors.focus();
  // What is hidden loses the focus only when it is drawn next.
  else if (target && (document.activeElement === document.body || !document.activeElement.checkVisibility()))
    document.querySelector(target)?.focus({ preventScroll: true });
  const said = detail.elt?.closest?.("[data-announce]") ?? detail.elt?.querySelector?.("[data-announce]");
  if (said) announce(said.dataset.announce);
});

// An answer that is a whole page, or nothing, or of something that stands before the console, never replaces a part of
// one: it becomes a toast.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr } = detail;
  if (xhr.status < 400) return;
  const body = xhr.responseText;
  const isOurs = xhr.getResponseHeader("X-Request-ID") && xhr.getResponseHeader("HX-Reswap") !== "none";
  const isFragment = isOurs && body.trim() && !/^\s*<!doctype/i.test(body);
  if (!isFragment) detail.shouldSwap = false;
});

const explained = (xhr) => /"toast"\s*:/.test(xhr.getResponseHeader("HX-Trigger") ?? "");

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { xhr, elt } = detail;
  retryIn(detail.target);
  if (explained(xhr) || (xhr.status === 422 && xhr.responseText.trim())) return;
  const quiet = elt.closest?.("[data-retry], [data-live-href]");
  if (quiet) return;
  toast({
    tone: "danger",
    title: xhr.status >= 500 ? "The server could not do this" : `This was refused (${xhr.status})`,
    text: xhr.status >= 500 ? "Nothing was changed. Try again in a moment." : "Reload the page and try again.",
    requestId: xhr.getResponseHeader("X-Request-ID"),
  });
});

for (const name of ["htmx:sendError", "htmx:timeout"])
  document.addEventListener(name, ({ detail }) => {
    if (retryIn(detail.target) || detail.elt?.closest?.("[data-live-href]")) return;
    const { path, verb } = detail.requestConfig ?? {};
    toast({
      tone: "danger",
      title: "No answer from the server",
      text: "Check the connection.",
      action: verb === "get" && { label: "Try again", run: () => htmx.ajax("GET", path, { source: detail.elt, target: detail.target }) },
    });
  });

/** A part that is loaded later says in its own place that it failed, with a link to retry. */
function retryIn(target) {
  if (!target?.dataset?.retry) return false;
  const link = Object.assign(document.createElement("a"), { className: "link", textContent: "Try again" });
  link.href = target.getAttribute("hx-get");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    htmx.ajax("GET", link.href, { target, swap: "innerHTML" });
  });
  const text = Object.assign(document.createElement("p"), { className: "facet-error" });
  text.append(target.dataset.retry, " ", link);
  target.replaceChildren(text);
  return true;
}

export default htmx;
