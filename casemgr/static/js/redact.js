// Draw a box on the page with mouse, pen or finger; each is sent at once, one after the other, and only the part of the
// page that changed is put in its place: not while the next box is being drawn on it.
const SMALLEST = 0.004; // of the page: less is a click
const SVG = "http://www.w3.org/2000/svg";

let sending = Promise.resolve(); // until the last answer is shown
let drawn = Promise.resolve(); // until no box is being drawn

function start(root) {
  for (const hint of root.querySelectorAll("[data-needs-script]")) hint.hidden = false;
  const sheet = root.querySelector("[data-sheet]");
  const form = root.querySelector("[data-mark-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
  if (sheet) watch(root, sheet, form);
}

let drawing = matchMedia("(pointer: fine)").matches; // a finger first moves the page

function watch(root, sheet, form) {
  const toggle = root.querySelector("[data-draw]");
  const turn = (on) => {
    drawing = on;
    toggle.setAttribute("aria-pressed", String(on));
    sheet.parentElement.classList.toggle("is-drawing", on);
  };
  toggle.addEventListener("click", () => turn(!drawing));
  turn(drawing);
  let from = null;
  let box = null;
  let end = () => {};
  const at = ({ clientX, clientY }) => {
    const place = sheet.getBoundingClientRect();
    return [inside((clientX - place.left) / place.width), inside((clientY - place.top) / place.height)];
  };
  const sides = (event) => {
    const [x, y] = at(event);
    return [Math.min(from[0], x), Math.min(from[1], y), Math.max(from[0], x), Math.max(from[1], y)];
  };
  const stop = () => {
    from = null;
    box?.remove();
    box = null;
    end();
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (!drawing || event.button || !event.isPrimary) return;
    event.preventDefault();
    from = at(event);
    drawn = new Promise((done) => (end = done));
    box = document.createElementNS(SVG, "rect");
    box.classList.add("is-new");
    sheet.append(box);
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x0, y0, x1, y1] = sides(event);
    for (const [name, value] of Object.entries({ x: x0, y: y0, width: x1 - x0, height: y1 - y0 })) box.setAttribute(name, value);
  });
  sheet.addEventListener("pointercancel", stop);
  sheet.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [x0, y0, x1, y1] = sides(event);
    if (x1 - x0 < SMALLEST || y1 - y0 < SMALLEST) return stop();
    from = null;
    form.querySelector("[name=place]").value = `box:${[x0, y0, x1, y1].map((side) => side.toFixed(4)).join(",")}`;
    send(form, null);
    end();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && from && stop());
}

const inside = (share) => Math.min(1, Math.max(0, share));

function send(form, button) {
  const body = new FormData(form, button);
  form.elements.place.value = ""; // the next press of a button is not about this box
  sending = sending.then(() => exchange(form, body, button));
}

async function exchange(form, body, button) {
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await drawn;
    const root = document.querySelector("[data-redact]"); // the answer before this one may have replaced the form's
    const fresh = page.querySelector("[data-redact]");
    if (!fresh) throw new Error("another page");
    for (const part of fresh.querySelectorAll("[data-keep-open]")) {
      part.open = root.querySelector(`[data-keep-open="${part.dataset.keepOpen}"]`)?.open ?? false;
    }
    const [typed, empty] = [root, fresh].map((part) => part.querySelector("[data-mark-form]").elements);
    for (const name of ["reason", "words"]) empty[name].value = typed[name].value; // also what was changed meanwhile
    root.replaceWith(fresh);
    start(fresh);
    const head = page.querySelector(".page-actions");
    if (head) document.querySelector(".page-actions")?.replaceWith(head);
    fresh.querySelector("[data-error-summary]")?.focus();
    if (button) fresh.querySelector("[data-mark-form] [type=submit]").focus({ preventScroll: true });
  } catch {
    if (!form.isConnected) return location.reload(); // the answer before this one has replaced it
    form.elements.place.value = body.get("place");
    form.submit();
  }
}

start(document.querySelector("[data-redact]"));
