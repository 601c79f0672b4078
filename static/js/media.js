// Media that do not load from storage are tried at the CDN, then say that they are gone; pictures zoom in place.
import { toast } from "./toast.js";

/** So many pictures of a list that fail, while none loads, are no accident of one of them. */
const MANY = 4;
let isToldOf = false;

function tellOfMany() {
  const pictures = [...document.querySelectorAll("img[data-media]")];
  const failed = pictures.filter((one) => "failed" in one.dataset);
  if (isToldOf || failed.length < MANY || pictures.some((one) => one.complete && one.naturalWidth)) return;
  isToldOf = true;
  toast({ tone: "warning", title: "Pictures do not load from storage", text: "Everything else works meanwhile." });
}

document.addEventListener("error", ({ target }) => {
  if (!target.matches?.("[data-media]")) return;
  const { fallback } = target.dataset;
  if (fallback) {
    delete target.dataset.fallback;
    target.src = fallback;
    return;
  }
  target.dataset.failed = "";
  const viewer = target.closest("[data-viewer]");
  if (!viewer) return tellOfMany();
  viewer.querySelector(".media-box").hidden = true;
  viewer.querySelector(".media-failed").hidden = false;
}, true);

// What failed before this script ran has fired its event already.
for (const image of document.querySelectorAll("img[data-media]"))
  if (image.complete && image.naturalWidth === 0 && image.getAttribute("src")) image.dispatchEvent(new Event("error"));

function zoomed(image) {
  const dialog = document.createElement("dialog");
  dialog.className = "zoom";
  dialog.setAttribute("aria-label", image.alt || "Picture");
  const large = Object.assign(document.createElement("img"), { src: image.currentSrc, alt: image.alt });
  dialog.append(large);
  large.addEventListener("click", () => {
    if (large.naturalWidth > innerWidth || large.naturalHeight > innerHeight) dialog.toggleAttribute("data-full");
    else dialog.close();
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-zoom]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  zoomed(link.querySelector("img"));
});
