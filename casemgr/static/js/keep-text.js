// Keeps the typed text of a long form (form[data-keep]) until it is saved.
//
// It is kept in sessionStorage, not localStorage: the text is about a child, and sessionStorage belongs to this tab
// alone and ends with it, so nothing stays behind on a library's or a school's computer. It is dropped when the form has been
// saved, at sign-out, and when another person signs in. Passphrases and files are never kept.
const PREFIX = "kept:";
const PAUSE_MS = 400;
const SKIPPED = ["password", "file", "hidden", "submit", "button"];

export function startKeeper(page, store = sessionStorage) {
  const root = page.documentElement;
  for (const form of page.querySelectorAll("form[data-forget-kept-text]")) {
    form.addEventListener("submit", () => forget(store, () => true));
  }
  const owner = root.dataset.user;
  if (!owner || "errorPage" in root.dataset) {
    keptKeys(store).forEach((key) => mark(store, key, { sent: false })); // it was sent but not saved: still wanted
    return;
  }
  const forms = [...page.querySelectorAll("form[data-keep]")];
  // Another person's text; or a form that was sent and whose answer led on to a page: it was saved.
  forget(store, (key, kept) => kept.owner !== owner || (kept.sent && ledHere() && !refused(forms, key)));
  for (const form of forms) keep(form, store, owner);
}

function keep(form, store, owner) {
  const key = keyOf(form);
  const kept = read(store, key);
  if (hasErrors(form)) mark(store, key, { sent: false }); // the server sent the text back with its errors
  else if (kept) putBack(form, kept, store, key);
  let timer;
  const save = (sent) => {
    clearTimeout(timer);
    store.setItem(key, JSON.stringify({ owner, sent, values: values(form) }));
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => save(false), PAUSE_MS);
  });
  form.addEventListener("submit", () => save(true));
  addEventListener("pagehide", () => timer && !form.dataset.sent && read(store, key)?.sent !== true && save(false));
}

function putBack(form, kept, store, key) {
  const changed = inputs(form).filter((input) => {
    const value = kept.values[nameOf(input)];
    if (value === undefined || value === valueOf(input)) return false;
    setValue(input, value);
    return true;
  });
  if (!changed.length) return;
  const note = document.createElement("div");
  note.className = "notice notice-info kept-note";
  note.setAttribute("role", "status");
  const words = document.createElement("p");
  words.textContent = "We put back what you had typed here and not saved yet.";
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "btn btn-link";
  discard.textContent = "Start over instead";
  discard.addEventListener("click", () => {
    store.removeItem(key);
    form.reset();
    note.remove();
    inputs(form)[0]?.focus();
  });
  note.append(words, discard);
  form.before(note);
}

// A saved form answers with a redirect. Without one, the connection or the server failed before it answered.
const ledHere = () => performance.getEntriesByType("navigation")[0]?.redirectCount > 0;
const hasErrors = (form) => form.parentElement.querySelector("[data-error-summary]") !== null;
const refused = (forms, key) => forms.some((form) => keyOf(form) === key && hasErrors(form));
const keyOf = (form) => `${PREFIX}${form.dataset.keep} ${location.pathname}`;
const inputs = (form) => [...form.elements].filter((input) => input.name && !SKIPPED.includes(input.type));
const nameOf = (input) => (["checkbox", "radio"].includes(input.type) ? `${input.name}=${input.value}` : input.name);
const valueOf = (input) => (["checkbox", "radio"].includes(input.type) ? input.checked : input.value);
const values = (form) => Object.fromEntries(inputs(form).map((input) => [nameOf(input), valueOf(input)]));

function setValue(input, value) {
  if (typeof value === "boolean") input.checked = value;
  else input.value = value;
}

function read(store, key) {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null;
  }
}

function mark(store, key, change) {
  const kept = read(store, key);
  if (kept) store.setItem(key, JSON.stringify({ ...kept, ...change }));
}

const keptKeys = (store) =>
  Array.from({ length: store.length }, (_, i) => store.key(i)).filter((key) => key.startsWith(PREFIX));

function forget(store, unwanted) {
  for (const key of keptKeys(store)) {
    const kept = read(store, key);
    if (!kept || unwanted(key, kept)) store.removeItem(key);
  }
}
