// JSON trees: search shows what matches and the way to it; unfold all.
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-json-search]")) return;
  const tree = target.closest("[data-json]");
  const wanted = target.value.trim().toLowerCase();
  let found = 0;
  for (const item of [...tree.querySelectorAll(".json-tree li")].reverse()) {
    const fold = item.querySelector(":scope > details");
    const own = fold ? (fold.querySelector(":scope > summary .json-key")?.textContent ?? "") : item.textContent;
    const hit = wanted !== "" && own.toLowerCase().includes(wanted);
    const inside = item.querySelector(".json-hit") !== null;
    found += hit;
    item.querySelector(":scope > details > summary, :scope")?.classList.remove("json-hit");
    item.classList.toggle("json-hit", hit);
    item.classList.toggle("json-miss", wanted !== "" && !hit && !inside && !item.closest(".json-hit"));
    if (fold && wanted !== "" && inside) fold.open = true;
  }
  // What lies inside a key that matches stays to be read.
  for (const item of tree.querySelectorAll(".json-hit .json-miss")) item.classList.remove("json-miss");
  tree.querySelector("[data-json-found]").textContent = wanted === "" ? "" : `${found} found`;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-json-fold]");
  if (!button) return;
  const folds = [...button.closest("[data-json]").querySelectorAll(".json-tree li li details, .json-tree > li > details")];
  const open = !folds.every((fold) => fold.open);
  for (const fold of folds) fold.open = open;
  button.querySelector("span").textContent = open ? "Fold all" : "Unfold all";
});
