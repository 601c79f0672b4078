// Builds static/dist: the style sheet and the script of every page, those of single pages, subset fonts, the icon sprite,
// and manifest.json, which maps logical names to hashed ones. `node static/build.mjs`, or with --watch to build again on every change.
import { createHash } from "node:crypto";
import { existsSync, watch } from "node:fs";
import { mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { brotliCompress, gzip } from "node:zlib";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "static");
const dist = join(source, "dist");
const packages = join(root, "node_modules");
const fontCache = join(packages, ".cache", "fonts");

const hash = (data) => createHash("sha256").update(data).digest("hex").slice(0, 10);

// Latin only, in two files a family: what English pages need comes at once, what a name like "Zoë" needs comes
// when such a letter is on the page (unicode-range in css/fonts.css must say the same).
const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i)) + "\u00a0";
const latin = String.fromCharCode(...Array.from({ length: 0xbf }, (_, i) => 0xc0 + i)).replace(/[×÷]/g, "");
const fonts = {
  "inter.woff2": {
    from: "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    text: ascii + "–—‘’“”•…·×±−≈←↑→↓°©",
    axes: { wght: { min: 400, max: 600, default: 400 } },
    features: ["kern", "calt", "ccmp", "liga", "tnum", "mark", "locl", "ss03", "cv05", "zero"],
  },
  "inter-latin.woff2": {
    from: "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    text: latin + "¡¢£¥§«»¿€",
    axes: { wght: { min: 400, max: 600, default: 400 } },
    features: ["kern", "ccmp", "mark", "locl", "tnum"],
  },
  "mono.woff2": {
    from: "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    text: ascii + "–—‘’“”•…·×±−→",
    axes: { wght: 400 },
    // Without its ligatures: ids and queries must show the characters that they consist of.
    features: ["ccmp", "mark", "locl", "zero"],
  },
};

// What only some pages load, beside what every page does.
const pageScripts = ["drafts.js", "recipe_editor.js", "review.js", "upload.js"];
const pageStyles = [
  "account.css", "editor.css", "graph.css", "home.css", "icons.css", "plain.css", "review.css", "styleguide.css",
  "timeline.css", "trace.css", "upload.css", "usage.css", "version.css",
];

async function buildFont(name, { from, text, axes, features }) {
  const original = await readFile(join(packages, from));
  const cached = join(fontCache, `${hash(original)}-${hash(JSON.stringify([text, axes, features]))}.woff2`);
  if (!existsSync(cached)) {
    const { default: subset } = await import("subset-font");
    const font = await subset(original, text, {
      targetFormat: "woff2",
      variationAxes: axes,
      keepFeatures: features,
      noHinting: true,
    });
    await mkdir(fontCache, { recursive: true });
    await writeFile(cached, font);
  }
  return [name, await readFile(cached)];
}

async function* files(folder, endings) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path, endings);
    else if (endings.some((ending) => entry.name.endsWith(ending))) yield path;
  }
}

// The names of icons are found where they are written: as arguments of icon(…) and draw(…), as icon="name" or
// "icon": "name", and among the quoted words of Python files that speak of icons. A first argument that Lucide lacks
// stops the build.
async function usedIcons() {
  const isIcon = (name) => existsSync(join(packages, "lucide-static", "icons", `${name}.svg`));
  const quoted = (text) => [...text.matchAll(/["']([a-z0-9-]+)["']/g)].map(([, name]) => name);
  const used = new Set();
  for (const [folder, ...endings] of [["templates", ".html"], ["delula", ".py"], ["static/js", ".js"]]) {
    for await (const path of files(join(root, folder), endings)) {
      const text = await readFile(path, "utf8");
      for (const [, inside] of text.matchAll(/\b(?:icon|draw)\(([^()]*)\)/g)) {
        const [first] = inside.match(/^["'][a-z0-9-]+["'](?=,|$)/) ?? [];
        if (first && !isIcon(first.slice(1, -1)))
          throw new Error(`${relative(root, path)} names an icon that Lucide lacks: ${first}`);
        quoted(inside).filter(isIcon).forEach((name) => used.add(name));
      }
      for (const [, name] of text.matchAll(/\bicon["']?\s*[=:]\s*["']([a-z0-9-]+)["']/g)) {
        if (!isIcon(name)) throw new Error(`${relative(root, path)} names an icon that Lucide lacks: ${name}`);
        used.add(name);
      }
      for (const [, , name] of text.matchAll(/\b(icon_button|empty)\([^{}]*?,\s*["']([a-z0-9-]+)["']/g))
        if (isIcon(name)) used.add(name);
      // In Python they are handed on: areas, views and lists of an area, but no file of data.
      if (path.endsWith(".py") && /\bicon\b/.test(text) && !/(demo|models|types\.py)/.test(relative(root, path))) quoted(text).filter(isIcon).forEach((name) => used.add(name));
    }
  }
  return [...used].sort();
}

async function shapesOf(name) {
  const svg = await readFile(join(packages, "lucide-static", "icons", `${name}.svg`), "utf8");
  return svg.replace(/<!--.*?-->/gs, "").match(/<svg[^>]*>(.*)<\/svg>/s)[1].replace(/\s*\n\s*/g, "");
}

async function buildSprite() {
  const symbols = await Promise.all(
    (await usedIcons()).map(async (name) => `<symbol id="${name}" viewBox="0 0 24 24">${await shapesOf(name)}</symbol>`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

// All of Lucide by name, for icons that the product's own rows name; the server reads it, browsers never do.
async function allShapes() {
  const files = await readdir(join(packages, "lucide-static", "icons"));
  const names = files.filter((file) => file.endsWith(".svg")).map((file) => file.slice(0, -4)).sort();
  return JSON.stringify(Object.fromEntries(await Promise.all(names.map(async (name) => [name, await shapesOf(name)]))));
}

async function build() {
  const started = performance.now();
  const manifest = {};
  const output = new Map();
  const add = (name, data) => {
    const at = name.lastIndexOf(".");
    manifest[name] = `${name.slice(0, at)}-${hash(data)}${name.slice(at)}`;
    output.set(manifest[name], data);
  };

  for (const [name, data] of await Promise.all(Object.entries(fonts).map((entry) => buildFont(...entry))))
    add(name, data);
  add("icons.svg", await buildSprite());
  add("lucide.json", await allShapes());
  add("lucide-words.json", await readFile(join(packages, "lucide-static", "tags.json")));
  add("favicon.svg", await readFile(join(source, "favicon.svg")));

  const bundle = async (entryPoints, plugin, options = {}) => {
    const { outputFiles } = await esbuild.build({
      absWorkingDir: root,
      entryPoints,
      outdir: dist,
      bundle: true,
      minify: true,
      write: false,
      format: "esm",
      target: "esnext",
      legalComments: "none",
      logLevel: "warning",
      plugins: [plugin],
      ...options,
    });
    for (const { path, contents } of outputFiles) add(basename(path), contents);
  };
  // What lies beside a file is named in it as it is hashed.
  const beside = (filter, logical) => ({
    name: "beside",
    setup: ({ onResolve }) =>
      onResolve({ filter }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path: `./${manifest[logical(path)]}`, external: true }),
  });
  await bundle(["static/css/app.css", "static/js/app.js"], beside(/^font:/, (path) => path.slice(5)));
  await bundle(pageScripts.map((name) => `static/js/${name}`), beside(/^\.\/app\.js$/, (path) => path.slice(2)));
  // Components as any other: behind the style sheet of every page, but in its layer.
  const inLayer = { banner: { css: "@layer components{" }, footer: { css: "}" } };
  await bundle(pageStyles.map((name) => `static/css/${name}`), beside(/^font:/, (path) => path.slice(5)), inLayer);

  // What browsers ask for as text is compressed once and thoroughly, rather than for each of them.
  const texts = [...output].filter(([name]) => /\.(css|js|svg)$/.test(name));
  await Promise.all(texts.map(async ([name, data]) => {
    output.set(`${name}.br`, await promisify(brotliCompress)(data));
    output.set(`${name}.gz`, await promisify(gzip)(data, { level: 9 }));
  }));

  // Written to the side and moved, so that a running server never reads half a file.
  await mkdir(dist, { recursive: true });
  const now = new Date();
  const former = JSON.parse(await readFile(join(dist, "manifest.json"), "utf8").catch(() => "{}"));
  const place = async (name, data) => {
    await writeFile(join(dist, `${name}.new`), data);
    await rename(join(dist, `${name}.new`), join(dist, name));
  };
  await Promise.all([...output].map(([name, data]) => place(name, data)));
  await place("manifest.json", JSON.stringify(manifest, null, 2) + "\n");
  // Files of earlier builds stay for a day from now: pages that are open and consoles that run still ask for them.
  const left = Object.values(former).filter((name) => !Object.values(manifest).includes(name));
  await Promise.all(
    left.flatMap((name) => ["", ".br", ".gz"].map((ending) => utimes(join(dist, name + ending), now, now).catch(() => {}))),
  );
  for (const name of await readdir(dist)) {
    const old = Date.now() - (await stat(join(dist, name))).mtimeMs > 24 * 3600 * 1000;
    if (old && !output.has(name) && name !== "manifest.json") await rm(join(dist, name));
  }

  console.log(`static/dist built in ${Math.round(performance.now() - started)} ms`);
}

await build();

if (process.argv.includes("--watch")) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => build().catch((error) => console.error(error.message)), 50);
  };
  for (const folder of ["static/css", "static/js", "templates"])
    watch(join(root, folder), { recursive: true }, again);
}
