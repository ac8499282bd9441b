// Account forms: see what you type, know how strong it is, and tell the device's time zone.
const PAUSE_MS = 350;

for (const input of document.querySelectorAll("[data-device-zone]")) {
  input.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}

for (const part of document.querySelectorAll("[data-passphrase]")) {
  const input = part.querySelector("input");
  startShowing(part.querySelector("[data-show-passphrase]"), input);
  if (part.dataset.strengthUrl) startJudging(part, input);
}

function startShowing(button, input) {
  const what = button.textContent.trim().replace(/^Show /, "");
  button.hidden = false;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = `${shown ? "Hide" : "Show"} ${what}`;
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent hidden again, so that the browser offers to keep it and does not remember it as plain text.
  input.form.addEventListener("submit", () => show(false));
}

function startJudging(part, input) {
  const line = part.querySelector("[data-strength]");
  let timer;
  let latest = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(judge, PAUSE_MS);
  });
  if (input.value) judge(); // typed before this script came

  async function judge() {
    const mine = ++latest;
    if (!input.value) return say("", null);
    const typed = new FormData();
    typed.set("passphrase", input.value);
    for (const name of ["name", "email"]) typed.set(name, input.form.elements[name]?.value ?? "");
    try {
      const answer = await fetch(part.dataset.strengthUrl, {
        method: "POST",
        body: typed,
        headers: { Accept: "application/json", "X-CSRFToken": input.form.elements.csrf_token.value },
      });
      const found = await answer.json();
      if (mine === latest) say(answer.ok ? found.words : "", answer.ok ? found : null);
    } catch {
      say("", null); // it is judged again when the form is sent
    }
  }

  function say(words, found) {
    line.textContent = words;
    line.dataset.strength = found ? String(found.score) : "";
    line.classList.toggle("is-enough", Boolean(found?.ok));
  }
}
