// The tags of a recipe as a list: found by name, put in order, taken away. The numbers in the field stay what is sent.
import { announce } from "./app.js";

for (const field of document.querySelectorAll("input[data-tags]")) enhance(field);

function enhance(field) {
  const list = field.parentElement.querySelector("[data-sort]");
  const label = field.parentElement.querySelector(`label[for="${field.id}"]`);
  const search = Object.assign(document.createElement("input"), {
    type: "search",
    id: `${field.id}-search`,
    placeholder: "Add a tag by name",
    autocomplete: "off",
  });
  search.setAttribute("aria-describedby", `${field.id}-help`);
  const offered = Object.assign(document.createElement("div"), { className: "tag-search" });
  offered.append(search);
  const help = document.getElementById(`${field.id}-help`);
  if (help) help.textContent = "Users see them in this order. Drag them, or move the one that has the focus with Alt and the arrows.";
  label.htmlFor = search.id;
  field.hidden = true;
  field.after(offered);
  field.form.dataset.scripted = "";

  const values = () => [...list.children].map((item) => item.dataset.value);
  const nameOf = (item) => item.querySelector(".tag")?.textContent ?? item.textContent;
  const show = () => (field.dataset.shown = JSON.stringify([...list.children].map((item) => [item.dataset.value, nameOf(item)])));
  show();
  const write = () => {
    const text = values().join(", ");
    if (text === field.value) return;
    field.value = text;
    show();
    follow();
    suit();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  list.addEventListener("sorted", write);

  // What comes back into the field by itself, a draft, is shown in the list.
  field.addEventListener("input", () => {
    const now = field.value.split(",").map((value) => value.trim()).filter(Boolean);
    if (now.join() === values().join()) return;
    const names = new Map(JSON.parse(field.dataset.shown ?? "[]"));
    const lines = [...list.children];
    const take = (value) => lines.splice(lines.findIndex((item) => item.dataset.value === value), 1)[0];
    list.replaceChildren(
      ...now.map((value) =>
        lines.some((item) => item.dataset.value === value)
          ? take(value)
          : line(value, Object.assign(document.createElement("span"), { className: "tag", textContent: names.get(value) ?? `Tag ${value}` })),
      ),
    );
    follow();
    suit();
  });

  /** Puts a tag at the end; what is there already stays where it is. */
  const add = (item) => {
    if (values().includes(item.dataset.value)) return announce("It is there already");
    list.append(item);
    announce(`Added, ${list.children.length} tags`);
    write();
  };

  // Of some namespaces one tag is chosen: the choice and the list say the same.
  const choices = [...field.parentElement.querySelectorAll("select[data-tag-choice]")];
  const idsOf = (choice) => [...choice.options].map((option) => option.value).filter((value) => value && value !== "several");
  for (const choice of choices)
    choice.addEventListener("change", () => {
      const ids = idsOf(choice);
      const old = [...list.children].filter((line) => ids.includes(line.dataset.value));
      const option = choice.selectedOptions[0];
      if (choice.value) {
        const fresh = line(choice.value, hiddenChip(choice.dataset.tagChoice, option.dataset.name));
        if (old[0]) old[0].before(fresh);
        else list.append(fresh);
      }
      for (const one of old) one.remove();
      write();
    });
  const follow = () => {
    const now = values();
    for (const choice of choices) {
      const carried = new Set(now.filter((value) => idsOf(choice).includes(value)));
      if (carried.size < 2) choice.value = [...carried][0] ?? "";
    }
  };
  // What does not suit the medium cannot be chosen.
  const medium = field.form.elements.generation_type;
  const suit = () => {
    for (const choice of choices)
      for (const option of choice.options)
        option.disabled = Boolean(option.dataset.types) && !option.dataset.types.split(" ").includes(medium.value) && !option.selected;
  };
  medium?.addEventListener("change", suit);
  suit();

  let asking, wait;
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const found = offered.querySelector("#tags-offered");
    if (!search.value.trim()) return found?.remove();
    const url = new URL(field.dataset.tags, location.href);
    url.searchParams.set("q", search.value);
    try {
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: asking.signal });
      if (!response.ok || response.redirected) return;
      const answer = new DOMParser().parseFromString(await response.text(), "text/html").querySelector("#tags-offered");
      for (const item of answer.querySelectorAll("[data-sort-item]")) {
        item.querySelector(".sort-tools").remove();
        item.querySelector(".grip").remove();
        const button = Object.assign(document.createElement("button"), { type: "button", className: "tag-offer" });
        button.dataset.value = item.dataset.value;
        button.append(...item.childNodes);
        item.replaceChildren(button);
      }
      found?.remove();
      offered.append(document.adoptNode(answer));
      announce(`${answer.querySelectorAll("button").length} tags`);
    } catch (error) {
      if (error.name !== "AbortError") announce("Tags could not be found: no answer from the server");
    }
  };
  search.addEventListener("input", (event) => {
    event.stopPropagation();
    clearTimeout(wait);
    wait = setTimeout(ask, 150);
  });
  search.addEventListener("change", (event) => event.stopPropagation());
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      offered.querySelector(".tag-offer")?.click();
    } else if (event.key === "ArrowDown") {
      offered.querySelector(".tag-offer")?.focus();
      event.preventDefault();
    } else if (event.key === "Escape") {
      search.value = "";
      ask();
    }
  });
  offered.addEventListener("keydown", (event) => {
    if (!event.target.matches(".tag-offer") || !["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return;
    event.preventDefault();
    const all = [...offered.querySelectorAll(".tag-offer")];
    const next = all[all.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)];
    if (event.key === "Escape" || (!next && event.key === "ArrowUp")) search.focus();
    else next?.focus();
  });
  offered.addEventListener("click", ({ target }) => {
    const button = target.closest(".tag-offer");
    if (!button) return;
    add(line(button.dataset.value, ...button.childNodes));
    search.value = "";
    offered.querySelector("#tags-offered")?.remove();
    search.focus();
  });
}

/** A line of the list, made like those that came with the page. */
function line(value, ...shown) {
  const made = document.querySelector("template[data-tag-item]").content.firstElementChild.cloneNode(true);
  made.dataset.value = value;
  made.querySelector(".grip").after(...shown);
  return made;
}

/** A hidden tag as the server draws it. */
function hiddenChip(namespace, name) {
  const chip = Object.assign(document.createElement("span"), { className: "tag hidden" });
  const text = document.createElement("bdi");
  text.append(Object.assign(document.createElement("span"), { className: "tag-space", textContent: `${namespace}:` }), name);
  chip.append(text);
  return chip;
}
