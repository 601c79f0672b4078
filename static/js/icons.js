// The picker of icons: a text field, and below it what is found; the arrows lead from one into the other.
const pickerOf = (element) => element?.closest?.("[data-icon-picker]");
const fieldOf = (picker) => picker.querySelector("input");
const choicesOf = (picker) => [...picker.querySelectorAll(".icon-choices button")];

function mark(picker) {
  for (const one of choicesOf(picker)) one.setAttribute("aria-pressed", String(one.dataset.icon === fieldOf(picker).value));
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-icon]");
  const picker = button && pickerOf(button);
  if (!picker) return;
  const field = fieldOf(picker);
  field.value = button.dataset.icon;
  mark(picker);
  field.focus();
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

/** How many icons stand in a row. */
const columns = (all) => all.findIndex((one) => one.offsetTop > all[0].offsetTop);

document.addEventListener("keydown", (event) => {
  const picker = pickerOf(event.target);
  if (!picker) return;
  const field = fieldOf(picker);
  const all = choicesOf(picker);
  const at = all.indexOf(document.activeElement);
  const row = Math.max(columns(all), 1);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[event.key];
  if (event.target === field) {
    if (event.key === "Enter") {
      event.preventDefault();
      (all.find((one) => one.dataset.icon === field.value) ?? all[0])?.click();
    } else if (event.key === "ArrowDown" && all.length) {
      event.preventDefault();
      all[0].focus();
    }
  } else if (event.key === "Escape") {
    event.stopPropagation();
    field.focus();
  } else if (at >= 0 && step) {
    event.preventDefault();
    (all[at + step] ?? (step < 0 ? field : all.at(-1))).focus();
  }
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const picker = pickerOf(detail.target);
  if (picker) mark(picker);
});
