// Says politely what changed, for those who do not see it.
let timer;

export function announce(text) {
  const region = document.getElementById("live-region");
  if (!region || !text) return;
  region.textContent = "";
  clearTimeout(timer);
  // A region that is emptied first speaks again even when the text is the same.
  timer = setTimeout(() => (region.textContent = text), 60);
}
