// The forms beside the page: a note, and an entry of the evidence log. What is selected or drawn fills them.
import { picked } from "./layers.js";
import { placeOf } from "./view.js";

const LONGEST_TITLE = 120;
const SMALLEST = 0.005; // of the picture: less is a click

export function startPanes(reader) {
  const { root } = reader;
  reader.open = (name, pick) => open(reader, name, pick);
  reader.closePanes = () => close(reader);
  reader.take = (name, pick) => {
    fill(reader, name, pick);
    field(root, name, "quote").focus();
  };
  for (const link of root.querySelectorAll("[data-open]")) {
    link.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(reader, link.dataset.open, picked(reader) ?? reader.lastPick);
    });
  }
  for (const cancel of root.querySelectorAll("[data-pane] .form-actions a")) {
    cancel.addEventListener("click", (event) => {
      event.preventDefault();
      close(reader);
    });
  }
  const title = field(root, "log", "title");
  title?.addEventListener("input", () => (title.dataset.typed = "yes"));
  watchSelection(reader);
  watchNotes(reader);
  if (reader.act("draw")) startDrawing(reader);
}

const pane = (root, name) => root.querySelector(`[data-pane="${name}"]`);
const field = (root, name, of) => root.querySelector(`[data-pane="${name}"] [name="${name}-${of}"]`);

function open(reader, name, pick) {
  const { root } = reader;
  if (!pane(root, name)) return;
  const old = close(reader);
  const given = pick ?? (old?.name === name ? old : null);
  fill(reader, name, given);
  pane(root, name).hidden = false;
  hidePick(reader);
  const first = field(root, name, name === "note" ? "body" : "title");
  first.focus({ preventScroll: true });
  pane(root, name).scrollIntoView({ block: "nearest" });
}

function fill({ root, number }, name, given) {
  field(root, name, "page").value = number;
  field(root, name, "quote").value = given?.quote ?? "";
  if (name === "note") {
    field(root, name, "place").value = given?.place ?? "";
    const words = pane(root, name).querySelector("[data-place-words]");
    words.hidden = !given?.place?.startsWith("box:");
    words.textContent = words.hidden ? "" : "About the place that you marked on the page.";
  } else {
    const title = field(root, name, "title");
    if (!title.dataset.typed) title.value = given?.quote ? shortened(given.quote) : `${root.dataset.title.slice(0, 280)}, page ${number}`;
  }
}

function shortened(quote) {
  const words = quote.replace(/\s+/g, " ");
  return `“${words.length > LONGEST_TITLE ? `${words.slice(0, LONGEST_TITLE).trimEnd()}…` : words}”`;
}

function close(reader) {
  let closed = null;
  for (const part of reader.root.querySelectorAll("[data-pane]:not([hidden])")) {
    part.hidden = true;
    closed = { name: part.dataset.pane };
  }
  reader.stage.querySelector(".box-mark")?.remove();
  if (closed) reader.stage.focus({ preventScroll: true });
  return closed;
}

// Beside what was just selected stand the two things that can be done with it.
function watchSelection(reader) {
  const bar = reader.root.querySelector("[data-pick]");
  let waiting;
  const look = () => {
    const pick = picked(reader);
    if (!pick || !bar.children.length) return hidePick(reader);
    reader.lastPick = pick;
    bar.hidden = false;
    const left = Math.min(pick.at.right, innerWidth - bar.offsetWidth - 8);
    bar.style.left = `${Math.max(8, left)}px`;
    bar.style.top = `${Math.max(8, Math.min(pick.at.bottom + 8, innerHeight - bar.offsetHeight - 8))}px`;
  };
  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 200);
  });
  reader.stage.addEventListener("scroll", () => (bar.hidden = true), { passive: true });
  reader.changed.push(() => hidePick(reader));
  bar.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
  for (const name of ["note", "log"]) {
    bar.querySelector(`[data-act="${name}"]`)?.addEventListener("click", () => {
      const pick = reader.lastPick;
      getSelection().removeAllRanges();
      open(reader, name, pick);
    });
  }
}

function hidePick(reader) {
  reader.root.querySelector("[data-pick]").hidden = true;
  reader.lastPick = null;
}

// A mark leads to its note, a note shows its mark.
function watchNotes(reader) {
  const light = (id) => {
    for (const part of reader.root.querySelectorAll("[data-note]")) part.classList.toggle("is-here", part.dataset.note === id);
  };
  reader.stage.addEventListener("click", (event) => {
    if (!getSelection().isCollapsed) return;
    const under = document.elementsFromPoint(event.clientX, event.clientY).find((part) => part.matches(".note-mark"));
    if (!under) return;
    light(under.dataset.note);
    reader.panel.querySelector(`[data-note="${under.dataset.note}"]`)?.scrollIntoView({ block: "nearest" });
  });
  for (const kind of ["pointerover", "focusin"]) {
    reader.panel.addEventListener(kind, (event) => light(event.target.closest("[data-note]")?.dataset.note));
  }
}

// A box is drawn with the pointer, or with one press at each of two corners. By keyboard: a note on the whole page.
function startDrawing(reader) {
  const button = reader.act("draw");
  let from = null;
  let box = null;
  const on = () => button.getAttribute("aria-pressed") === "true";
  const sheet = () => reader.stage.querySelector(".sheet");
  reader.draw = (wanted = !on()) => {
    if (wanted && !sheet()) return;
    button.setAttribute("aria-pressed", String(wanted));
    reader.stage.classList.toggle("is-drawing", wanted);
    if (wanted) reader.say("Press at one corner of the place, then at the other. Escape ends it.");
    if (!wanted && from) {
      box?.remove();
      from = null;
    }
  };
  const sides = (event) => {
    const [x, y] = placeOf(sheet(), reader.turn, event);
    return [Math.min(from[0], x), Math.min(from[1], y), Math.max(from[0], x), Math.max(from[1], y)];
  };
  const isLarge = ([x0, y0, x1, y1]) => x1 - x0 > SMALLEST && y1 - y0 > SMALLEST;
  const show = ([x0, y0, x1, y1]) => {
    Object.assign(box.style, { left: `${x0 * 100}%`, top: `${y0 * 100}%`, width: `${(x1 - x0) * 100}%`, height: `${(y1 - y0) * 100}%` });
  };
  button.addEventListener("click", () => reader.draw());
  reader.stage.addEventListener("pointerdown", (event) => {
    if (!on() || event.button || !event.target.closest(".sheet")) return;
    event.preventDefault();
    if (from) return; // the second corner
    from = placeOf(sheet(), reader.turn, event);
    reader.stage.querySelector(".box-mark")?.remove();
    box = Object.assign(document.createElement("div"), { className: "box-mark" });
    sheet().append(box);
    reader.stage.setPointerCapture(event.pointerId);
  });
  reader.stage.addEventListener("pointermove", (event) => from && box && show(sides(event)));
  reader.stage.addEventListener("pointerup", (event) => {
    if (!on() || !from) return;
    const drawn = sides(event);
    if (!isLarge(drawn)) return; // the first of two presses
    const kept = box;
    from = null;
    box = null;
    reader.draw(false);
    open(reader, "note", { quote: "", place: `box:${drawn.map((side) => side.toFixed(4)).join(",")}` });
    sheet().append(kept);
  });
  reader.changed.push(() => reader.draw(false));
}
