// A form that is being sent cannot be sent again; small forms of choices send themselves.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  form.dataset.sending = "true";
  button?.setAttribute("aria-busy", "true");
});

function release(form) {
  delete form.dataset.sending;
  form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
}

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  // A preview that comes meanwhile sets nothing free: it is no answer to what was sent.
  if (detail.elt?.matches?.("form")) release(detail.elt);
});

// A page that says what is wrong says it first to who cannot see it; scripts run when the page is parsed.
document.querySelector("main [data-focus]")?.focus();

// Back to a page that the browser kept: its forms are free again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) document.querySelectorAll("form[data-sending]").forEach(release);
});

document.addEventListener("change", ({ target }) => {
  target.closest("form[data-submit-on-change]")?.requestSubmit();
});

// A control that is refused says why instead of acting.
document.addEventListener("click", (event) => {
  if (event.target.closest('button[aria-disabled="true"]')) event.preventDefault();
}, true);
