// A form with a button data-preview="id": what the form would change is shown in the part of that id as it is filled
// in. Without this, the button does the same with a new page.
const WAIT = 400;

export function startPreviews(page) {
  for (const button of page.querySelectorAll("button[data-preview]")) watch(button);
}

function watch(button) {
  const { form } = button;
  let waiting;
  let asked = 0;
  const ask = async () => {
    const number = ++asked;
    const told = await answer(form, button);
    const now = document.getElementById(button.dataset.preview);
    if (told && now && number === asked) now.replaceWith(told);
  };
  form.addEventListener("change", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    asked += 1;
  });
  if (isFilled(form)) ask();
}

// What was typed before this script came, or put back by the browser, counts as well.
function isFilled(form) {
  return [...form.elements].some((field) => field.type !== "file" && "defaultValue" in field && field.value !== field.defaultValue);
}

async function answer(form, button) {
  const sent = new FormData(form);
  for (const field of form.querySelectorAll("input[type=file]")) sent.delete(field.name);
  sent.set(button.name, button.value);
  try {
    const response = await fetch(form.action || location.href, { method: "POST", body: sent });
    if (response.status !== 200) return null; // something is still missing: the form says so when it is sent
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    return parsed.getElementById(button.dataset.preview);
  } catch {
    return null; // offline: the button is still there
  }
}
