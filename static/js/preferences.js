// Theme, density and shortcuts take effect at once and are kept in cookies, which the server reads for the next page.
const year = 365 * 24 * 3600;

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax${secure}`;
}

function remember(name, value) {
  keep(name, value);
  document.documentElement.dataset[name] = value;
}

document.addEventListener("change", ({ target }) => {
  if (target.closest("[data-preferences]") && target.type === "radio") remember(target.name, target.value);
});

export function nextTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark" ||
    (document.documentElement.dataset.theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  const theme = dark ? "light" : "dark";
  remember("theme", theme);
  const choice = document.querySelector(`[data-preferences] [name="theme"][value="${theme}"]`);
  if (choice) choice.checked = true;
}

// Facets: folded at first where the screen is narrow; elsewhere as they were left.
const narrow = matchMedia("(max-width: 799.9px)");

function readyFacets() {
  for (const facets of document.querySelectorAll("[data-facets]:not([data-ready])")) {
    if (narrow.matches) facets.open = false;
    facets.dataset.ready = "";
  }
}

readyFacets();
document.addEventListener("htmx:afterSettle", readyFacets);
document.addEventListener("toggle", ({ target }) => {
  if (target.matches?.("[data-facets][data-ready]") && !narrow.matches) keep("facets", target.open ? "open" : "folded");
}, true);

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-nav-toggle]"))
    remember("nav", document.documentElement.dataset.nav === "icons" ? "full" : "icons");
});
