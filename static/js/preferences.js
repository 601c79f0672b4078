// Theme, density and shortcuts take effect at once and are kept in cookies, which the server reads for the next page.
const year = 365 * 24 * 3600;

export function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax${secure}`;
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

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-nav-toggle]"))
    remember("nav", document.documentElement.dataset.nav === "icons" ? "full" : "icons");
});
