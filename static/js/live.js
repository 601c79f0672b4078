// Asks for news of the list: how many rows are new, and how the unfinished ones on this page stand. Nothing moves:
// new rows wait behind a pill, badges change in place. It waits while the page is hidden, or while one types or selects.
import htmx from "htmx.org";
import { announce } from "./announce.js";

let last = Date.now();
let asking = false;

const busy = () =>
  document.hidden ||
  document.activeElement?.matches("input, textarea, select") ||
  !getSelection().isCollapsed ||
  document.querySelector("dialog[open], details[data-menu][open], [data-rows] input:checked, .htmx-request") !== null;

setInterval(async () => {
  const region = document.querySelector("[data-live-href]");
  if (!region || asking || busy() || Date.now() - last < Number(region.dataset.liveSeconds) * 1000) return;
  last = Date.now();
  asking = true;
  const url = new URL(region.dataset.liveHref, location.href);
  const running = [...document.querySelectorAll("[data-row] [data-live]")].map((badge) => badge.closest("[data-row]").dataset.row);
  if (running.length) url.searchParams.set("rows", running.join(","));
  try {
    const response = await fetch(url, { headers: { "HX-Request": "true", "X-Background": "live" } });
    if (!response.ok || response.redirected || !region.isConnected) return;
    const count = region.querySelector("[data-live-count]")?.dataset.liveCount;
    htmx.swap(region, await response.text(), { swapStyle: "innerHTML" });
    const now = region.querySelector("[data-live-count]")?.dataset.liveCount;
    if (now && now !== count) announce(`${now} new`);
  } catch {
    // No answer is no news; the next round asks again.
  } finally {
    asking = false;
  }
}, 1000);
