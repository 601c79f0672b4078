// The zone of this browser, among those that a page can be read in.
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

for (const link of document.querySelectorAll("[data-own-zone]")) {
  if (!own) continue;
  const url = new URL(link.href);
  url.searchParams.set("zone", own);
  link.href = url.href;
  link.firstElementChild.textContent = `${own}, of this browser`;
  link.hidden = false;
}
