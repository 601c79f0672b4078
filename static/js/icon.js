// An icon of the sprite, whose address any icon of the page knows.
const space = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  const sprite = document.querySelector('meta[name="icons"]')?.content;
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
