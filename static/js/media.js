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

function fail(medium, isSlow = false) {
  const { fallback } = medium.dataset;
  if (fallback) {
    delete medium.dataset.fallback;
    medium.src = fallback;
    return;
  }
  medium.dataset.failed = "";
  const viewer = medium.closest("[data-viewer]");
  if (!viewer) return tellOfMany();
  viewer.querySelector(".media-box").hidden = !isSlow;
  viewer.querySelector(".media-failed").hidden = false;
}

function succeed(medium) {
  delete medium.dataset.failed;
  const viewer = medium.closest("[data-viewer]");
  if (!viewer) return;
  viewer.querySelector(".media-box").hidden = false;
  viewer.querySelector(".media-failed").hidden = true;
}

document.addEventListener("error", ({ target }) => target.matches?.("[data-media]") && fail(target), true);

/** Milliseconds after which a store that has not answered is taken for away; what comes later is shown all the same. */
export const SLOW = 8000;

/** Whether a medium is waited for that is in sight: what is not may not have been asked for yet. */
export function isAwaited(medium) {
  const { top, bottom } = medium.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) return false;
  return medium.tagName === "IMG" ? !medium.complete : medium.readyState === 0 && medium.networkState === HTMLMediaElement.NETWORK_LOADING;
}

const look = () => {
  for (const medium of document.querySelectorAll("[data-media]:not([data-failed])")) if (isAwaited(medium)) fail(medium, true);
};
setTimeout(look, SLOW);
document.addEventListener("htmx:afterSettle", () => setTimeout(look, SLOW));

for (const name of ["load", "loadedmetadata"])
  document.addEventListener(name, ({ target }) => target.matches?.("[data-media][data-failed]") && succeed(target), true);

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
