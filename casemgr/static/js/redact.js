// Draw a box on the page with mouse, pen or finger; each is sent at once, and only the part of the page that changed is
// put in its place.
const SMALLEST = 0.004; // of the page: less is a click
const SVG = "http://www.w3.org/2000/svg";

function start(root) {
  for (const hint of root.querySelectorAll("[data-needs-script]")) hint.hidden = false;
  const sheet = root.querySelector("[data-sheet]");
  const form = root.querySelector("[data-mark-form]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(root, form, event.submitter);
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
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (!drawing || event.button || !event.isPrimary) return;
    event.preventDefault();
    from = at(event);
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
    send(root, form, null);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && from && stop());
}

const inside = (share) => Math.min(1, Math.max(0, share));

async function send(root, form, button) {
  const body = new FormData(form, button);
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-redact]");
    if (!fresh) throw new Error("another page");
    for (const part of fresh.querySelectorAll("[data-keep-open]")) {
      part.open = root.querySelector(`[data-keep-open="${part.dataset.keepOpen}"]`)?.open ?? false;
    }
    const words = fresh.querySelector("[name=words]");
    words.value = body.get("words");
    root.replaceWith(fresh);
    start(fresh);
    const head = page.querySelector(".page-actions");
    if (head) document.querySelector(".page-actions")?.replaceWith(head);
    fresh.querySelector("[data-error-summary]")?.focus();
    if (button) fresh.querySelector("[data-mark-form] [type=submit]").focus({ preventScroll: true });
  } catch {
    form.submit();
  }
}

start(document.querySelector("[data-redact]"));
