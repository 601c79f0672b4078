// One click copies: data-copy holds the text, data-copy-from the id of the element whose text it is.
import { announce } from "./announce.js";
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  const from = document.getElementById(button.dataset.copyFrom);
  const text = button.dataset.copy ?? from?.value ?? from?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    toast({ tone: "warning", title: "The browser did not allow copying", text });
    return;
  }
  button.dataset.done = "";
  announce("Copied");
  setTimeout(() => delete button.dataset.done, 1500);
});
