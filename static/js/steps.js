// The steps of a recipe as a form of their own. What is sent stays the JSON in the field, which is the other view of the
// same: every change here is written there at once, and a change there is read here. What this form does not know - odd
// steps, further keys, types that nobody lists, numbers that JavaScript would round - stays exactly as it is.
import { announce, icon } from "./app.js";

// Numbers keep their digits: they are read as their source and written back as such.
const read = (text) => JSON.parse(text, (_, value, { source } = {}) => (typeof value === "number" ? JSON.rawJSON(source) : value));
const write = (value) => JSON.stringify(value, null, 4);
const plain = (value) => (JSON.isRawJSON(value) ? value.rawJSON : value);
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value) && !JSON.isRawJSON(value);

const CHOOSING = ["radio", "dropdown", "select", "emoji_button", "button"];
const NUMBERS = ["slider", "range", "number"];
const KNOWN = ["id", "label", "type", "required", "options", "defaultValue", "placeholder", "description", "min", "max", "step"];

const element = (name, properties = {}, ...children) => {
  const { data = {}, aria = {}, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, data);
  for (const [key, value] of Object.entries(aria)) made.setAttribute(`aria-${key}`, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return made;
};

function iconButton(label, name, data) {
  const button = element("button", { type: "button", className: "icon-button", title: label, data });
  button.append(name, element("span", { className: "visually-hidden", textContent: label }));
  return button;
}

const grip = () => {
  const made = element("span", { className: "grip", title: "Drag to move", data: { grip: "" } });
  made.append(icon("grip-vertical"));
  return made;
};
const tools = (noun) =>
  element(
    "span",
    { className: "sort-tools" },
    iconButton(`Move ${noun} up`, icon("arrow-up"), { move: "-1" }),
    iconButton(`Move ${noun} down`, icon("arrow-down"), { move: "1" }),
    iconButton(`Take ${noun} away`, icon("trash-2"), { remove: "" }),
  );

let serial = 0; // of controls and faults, for what refers to them

if (JSON.rawJSON) for (const source of document.querySelectorAll("textarea[data-steps]")) enhance(source);

function enhance(source) {
  const types = source.dataset.types.split(" ");
  const list = element("ol", { className: "sort-list step-list", data: { sort: "" }, aria: { label: "Steps in their order" } });
  const add = element("button", { type: "button", className: "button secondary small" }, icon("plus"), element("span", { textContent: "Add a step" }));
  const odd = element("p", { className: "step-note", hidden: true });
  const editor = element("div", { className: "steps-editor" }, odd, list, add);
  const views = element("div", { className: "segments", role: "group", aria: { label: "View of the steps" } });
  const asForm = element("button", { type: "button", className: "segment-text", textContent: "Form", aria: { pressed: "true" } });
  const asJson = element("button", { type: "button", className: "segment-text", textContent: "JSON", aria: { pressed: "false" } });
  views.append(asForm, asJson);
  source.before(views, editor);
  const steps = new Map(); // by line of the list: the value of the step
  let isWriting = false;

  const values = () => [...list.children].map((line) => steps.get(line));
  const number = () => [...list.children].forEach((line, at) => (line.querySelector(".step-number").textContent = at + 1));
  const changed = () => {
    isWriting = true;
    source.value = write(values());
    source.dispatchEvent(new Event("input", { bubbles: true }));
    isWriting = false;
    number();
    forgetFaults();
  };

  function show() {
    steps.clear();
    list.replaceChildren();
    let found;
    try {
      found = read(source.value || "[]");
    } catch (error) {
      return unreadable(`This is no JSON yet: ${error.message}`);
    }
    if (!Array.isArray(found)) return unreadable("The steps are no list, so they can be edited as JSON only. Nothing is changed by itself.");
    odd.hidden = true;
    add.hidden = false;
    list.append(...found.map(line));
    number();
    faults();
  }

  function unreadable(words) {
    odd.textContent = words;
    odd.hidden = false;
    add.hidden = true;
  }

  /** One line of the list; `value` is kept and changed in place. */
  function line(value) {
    const made = element("li", { className: "sort-item step-item", data: { sortItem: "" } });
    steps.set(made, value);
    const summary = element("summary", {}, element("span", { className: "step-number" }), element("bdi", { className: "step-title" }), element("span", { className: "step-kind" }));
    const fold = element("details", { className: "step-fold" }, summary);
    const title = () => {
      const shown = isObject(value);
      summary.querySelector(".step-title").textContent = (shown && String(plain(value.label ?? "") || plain(value.id ?? ""))) || (shown ? "Without a name" : "Odd step");
      summary.querySelector(".step-kind").textContent = shown ? String(plain(value.type ?? "no type")) : "kept as it is";
    };
    title();
    fold.append(isObject(value) ? fields(value, () => (title(), changed())) : element("pre", { className: "code", textContent: write(value), tabIndex: 0 }));
    made.append(grip(), fold, tools("step"));
    return made;
  }

  /** The controls of a step. */
  function fields(value, tell) {
    const box = element("div", { className: "step-fields" });
    const redraw = () => {
      const focused = document.activeElement?.dataset?.key;
      box.replaceChildren(...controls());
      if (focused) box.querySelector(`[data-key="${focused}"]`)?.focus();
    };
    const set = (key, next) => {
      if (next === undefined) delete value[key];
      else value[key] = next;
      tell();
    };
    const controls = () => {
      const type = plain(value.type);
      const chooses = CHOOSING.includes(type) || Array.isArray(value.options);
      let atFirst = chooses ? defaultChoice(value, set) : text("At first", "defaultValue", value, set, { help: "What stands there before users answer." });
      const tellOptions = () => {
        tell();
        const fresh = defaultChoice(value, set);
        atFirst.replaceWith(fresh);
        atFirst = fresh;
      };
      return [
        text("Label", "label", value, set, { help: "What users read." }),
        text("Id", "id", value, set, { help: "The variable of the prompt that it fills.", mono: true }),
        choice("Type", "type", value, types, (key, next) => {
          if (CHOOSING.includes(next) && !Array.isArray(value.options) && value.options === undefined) value.options = [{ label: "First", value: "first" }];
          set(key, next);
          redraw();
        }),
        flag("Users must answer", "required", value, set),
        chooses && Array.isArray(value.options) && options(value, tellOptions),
        atFirst,
        NUMBERS.includes(type) && numbers(value, set),
        !chooses && !NUMBERS.includes(type) && text("Placeholder", "placeholder", value, set),
        text("Help", "description", value, set, { help: "The sentence below the field." }),
        rest(value),
      ].filter(Boolean);
    };
    redraw();
    return box;
  }

  /** Keys that have no control here. */
  function rest(value) {
    const more = Object.keys(value).filter((key) => !KNOWN.includes(key));
    return more.length > 0 && element("p", { className: "help" }, `Also holds ${more.join(", ")}, which stay as they are; change them as JSON.`);
  }

  function labelled(label, control, { help, key } = {}) {
    control.id = `step-control-${++serial}`;
    control.dataset.key = key ?? "";
    return element(
      "div",
      { className: "field" },
      element("label", { className: "label", textContent: label, htmlFor: control.id }),
      control,
      help && element("p", { className: "help", textContent: help }),
    );
  }

  function text(label, key, value, set, { help, mono } = {}) {
    const now = value[key];
    if (isObject(now) || Array.isArray(now)) return element("p", { className: "help", textContent: `${label} is odd and stays as it is; change it as JSON.` });
    const control = element("input", { type: "text", value: now === undefined || now === null ? "" : String(plain(now)), autocomplete: "off", dir: "auto", className: mono ? "mono" : "" });
    control.addEventListener("input", () => {
      // A value that was no text stays what it was as long as it can be read so.
      const typed = control.value;
      const wasNumber = now !== null && JSON.isRawJSON(now) && /^-?\d+(\.\d+)?$/.test(typed);
      set(key, typed === "" && now === undefined ? undefined : wasNumber ? JSON.rawJSON(typed) : typed);
    });
    return labelled(label, control, { help, key });
  }

  function choice(label, key, value, known, set) {
    const now = plain(value[key]);
    const control = element("select");
    const named = typeof now === "string" ? now : now === undefined ? "" : JSON.stringify(now);
    for (const one of known.includes(named) ? known : [named, ...known])
      control.append(element("option", { value: one, textContent: known.includes(one) ? one.replaceAll("_", " ") : `${one || "(none)"}, unknown`, selected: one === named }));
    control.addEventListener("change", () => set(key, control.value));
    control.addEventListener("input", (event) => event.stopPropagation());
    return labelled(label, control, { key });
  }

  function flag(label, key, value, set) {
    const now = value[key];
    if (now !== undefined && typeof now !== "boolean") return element("p", { className: "help", textContent: `“${key}” is odd and stays as it is; change it as JSON.` });
    const control = element("input", { type: "checkbox", checked: now === true, data: { key } });
    control.addEventListener("change", () => set(key, control.checked));
    return element("label", { className: "option" }, control, element("span", { textContent: label }));
  }

  function numbers(value, set) {
    return element(
      "div",
      { className: "step-numbers" },
      ...[["Least", "min"], ["Most", "max"], ["Step", "step"]].map(([label, key]) => {
        const control = element("input", { type: "text", inputMode: "decimal", value: value[key] === undefined ? "" : String(plain(value[key])), autocomplete: "off" });
        control.addEventListener("input", () => {
          const typed = control.value.trim();
          const isNumber = /^-?\d+(\.\d+)?$/.test(typed);
          set(key, typed === "" ? undefined : isNumber ? JSON.rawJSON(typed.replace(/^(-?)0+(?=\d)/, "$1")) : typed);
        });
        return labelled(label, control, { key });
      }),
    );
  }

  function defaultChoice(value, set) {
    const now = value.defaultValue;
    const given = Array.isArray(value.options) ? value.options : [];
    const meant = given.map((one) => (isObject(one) ? one.value : one));
    const same = (one) => JSON.stringify(one) === JSON.stringify(now);
    const control = element("select");
    control.append(element("option", { value: "", textContent: "Nothing is chosen", selected: now === undefined || now === null }));
    if (now !== undefined && now !== null && !meant.some(same)) control.append(element("option", { value: "now", textContent: `${write(now)}, no option`, selected: true }));
    meant.forEach((one, at) => one !== undefined && control.append(element("option", { value: at, textContent: String(isObject(given[at]) ? plain(given[at].label ?? one) : plain(one)), selected: same(one) })));
    control.addEventListener("change", () => {
      if (control.value === "now") return;
      set("defaultValue", control.value === "" ? (now === null ? null : undefined) : meant[control.value]);
    });
    control.addEventListener("input", (event) => event.stopPropagation());
    return labelled("At first", control, { key: "defaultValue" });
  }

  /** The options of a step: kept and changed in place, odd ones as they are. */
  function options(value, tell) {
    const inner = element("ol", { className: "sort-list option-list", data: { sort: "" }, aria: { label: "Options in their order" } });
    const kept = new Map();
    const entry = (one) => {
      const made = element("li", { className: "sort-item option-item", data: { sortItem: "" } });
      kept.set(made, one);
      made.append(grip());
      if (isObject(one)) {
        for (const [label, key] of [["Label", "label"], ["Value", "value"]]) {
          const control = element("input", { type: "text", value: one[key] === undefined || one[key] === null ? "" : isObject(one[key]) || Array.isArray(one[key]) ? write(one[key]) : String(plain(one[key])), autocomplete: "off", dir: "auto", aria: { label: `${label} of the option` }, placeholder: label, className: key === "value" ? "mono" : "", data: { key } });
          if (isObject(one[key]) || Array.isArray(one[key])) control.readOnly = true;
          control.addEventListener("input", () => {
            const wasNumber = JSON.isRawJSON(one[key]) && /^-?\d+(\.\d+)?$/.test(control.value);
            if (value.defaultValue !== undefined && key === "value" && JSON.stringify(value.defaultValue) === JSON.stringify(one[key])) value.defaultValue = wasNumber ? JSON.rawJSON(control.value) : control.value;
            one[key] = wasNumber ? JSON.rawJSON(control.value) : control.value;
            tell();
          });
          made.append(control);
        }
      } else if (typeof one === "string") {
        const control = element("input", { type: "text", value: one, autocomplete: "off", dir: "auto", aria: { label: "Option" } });
        control.addEventListener("input", () => {
          kept.set(made, control.value);
          value.options = [...inner.children].map((item) => kept.get(item));
          tell();
        });
        made.append(control);
      } else made.append(element("code", { className: "option-odd", textContent: write(one) }));
      made.append(tools("option"));
      return made;
    };
    inner.append(...value.options.map(entry));
    inner.addEventListener("sorted", (event) => {
      event.stopPropagation();
      value.options = [...inner.children].map((item) => kept.get(item));
      tell();
    });
    const more = element("button", { type: "button", className: "button quiet small" }, icon("plus"), element("span", { textContent: "Add an option" }));
    more.addEventListener("click", () => {
      const fresh = entry({ label: "", value: "" });
      inner.append(fresh);
      value.options = [...inner.children].map((item) => kept.get(item));
      fresh.querySelector("input").focus();
      tell();
    });
    return element("div", { className: "field options-field" }, element("span", { className: "label", textContent: "Options" }), inner, more);
  }

  /** What the server found wrong, at the input that it is about; at its step where that has no such input. */
  function faults() {
    for (const fault of source.parentElement.querySelectorAll("[data-fault]")) {
      const [, step, ...path] = fault.dataset.fault.split("/");
      const at = list.children[Number(step)];
      if (!at || step === undefined) continue;
      const fold = at.querySelector(".step-fold");
      fold.open = true;
      const words = element("p", { className: "error step-fault", id: `step-fault-${++serial}`, textContent: fault.textContent.trim() });
      const control = controlAt(fold, path);
      if (!control) {
        fold.querySelector("summary").after(words);
        continue;
      }
      const described = control.getAttribute("aria-describedby");
      control.setAttribute("aria-describedby", described ? `${described} ${words.id}` : words.id);
      control.setAttribute("aria-invalid", "true");
      (control.closest(".option-item") ?? control.closest(".field, label")).append(words);
    }
  }

  /** The input for a place in a step: `["label"]`, or `["options", "1", "value"]`. */
  function controlAt(fold, [key, number, part]) {
    if (key === undefined) return null;
    if (key !== "options") return fold.querySelector(`.step-fields [data-key="${CSS.escape(key)}"]`);
    const option = number === undefined ? null : fold.querySelector(".option-list")?.children[Number(number)];
    return option?.querySelector(part === undefined ? "input" : `[data-key="${CSS.escape(part)}"]`) ?? null;
  }

  /** What was found wrong is said until something is changed: then nobody knows. */
  function forgetFaults() {
    const told = editor.querySelectorAll(".step-fault");
    const gone = new Set([...told].map((words) => words.id));
    for (const control of gone.size ? editor.querySelectorAll("[aria-invalid][aria-describedby]") : []) {
      const left = control.getAttribute("aria-describedby").split(" ").filter((id) => !gone.has(id));
      control.removeAttribute("aria-invalid");
      if (left.length) control.setAttribute("aria-describedby", left.join(" "));
      else control.removeAttribute("aria-describedby");
    }
    for (const words of told) words.remove();
  }

  list.addEventListener("sorted", (event) => {
    if (event.target === list) changed();
  });
  // What is typed here reaches the field as JSON; by itself it is no field of the form.
  editor.addEventListener("input", (event) => event.stopPropagation());
  editor.addEventListener("change", (event) => event.stopPropagation());
  source.addEventListener("input", () => isWriting || show());
  add.addEventListener("click", () => {
    const taken = new Set(values().filter(isObject).map((step) => step.id));
    let id = "field";
    for (let at = 2; taken.has(id); at++) id = `field_${at}`;
    const fresh = line({ id, label: "New field", type: "text", required: false });
    list.append(fresh);
    fresh.querySelector("details").open = true;
    fresh.querySelector("input").focus();
    fresh.querySelector("input").select();
    announce(`Step ${list.children.length} added`);
    changed();
  });
  const view = (json) => {
    asForm.setAttribute("aria-pressed", String(!json));
    asJson.setAttribute("aria-pressed", String(json));
    editor.hidden = json;
    source.hidden = !json;
  };
  asForm.addEventListener("click", () => view(false));
  asJson.addEventListener("click", () => view(true));
  show();
  view(!odd.hidden);
}
