// Forms: go to the error summary, and send once.
const SENDING = "Saving…";

export function startForms(page) {
  page.querySelector("[data-error-summary]")?.focus();
  for (const form of page.querySelectorAll("form[data-once]")) sendOnce(form);
}

function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    // After the browser has read the form: a disabled button would not send its own name and value.
    setTimeout(() => buttons(form).forEach(rest), 0);
  });
  // Coming back with the Back button shows the page as it was left: let the person send again. The first pageshow comes
  // when everything is loaded, which may be after the form was sent.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    buttons(form).forEach(wake);
  });
}

const buttons = (form) => [...form.querySelectorAll("button[type=submit]")];

function rest(button) {
  button.setAttribute("aria-disabled", "true");
  if (button.children.length) return;
  button.dataset.words = button.textContent;
  button.textContent = SENDING;
}

function wake(button) {
  button.removeAttribute("aria-disabled");
  if (button.dataset.words) button.textContent = button.dataset.words;
}
