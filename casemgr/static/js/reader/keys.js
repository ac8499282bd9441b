// Everything by keyboard. Letters and signs can be switched off, for people whose other tools send such keys.
const SWITCH = "reader-letters-off";
const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

export function startKeys(reader) {
  const { root } = reader;
  const letters = root.querySelector("#reader-letters");
  letters.checked = !localStorage.getItem(SWITCH);
  letters.addEventListener("change", () => {
    if (letters.checked) localStorage.removeItem(SWITCH);
    else localStorage.setItem(SWITCH, "yes");
  });
  reader.act("help").addEventListener("click", () => help(reader));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return escape(reader, event);
    if (event.target.closest(TYPING) || (event.target.matches("[type=radio]") && event.key.startsWith("Arrow"))) return;
    const act = KEYS[event.key] ?? (letters.checked ? LETTERS[event.key] : null);
    if (act && act(reader, event) !== false) event.preventDefault();
  });
}

const KEYS = {
  ArrowLeft: (reader) => !canScroll(reader, "scrollLeft", -1) && turn(reader, -1),
  ArrowRight: (reader) => !canScroll(reader, "scrollLeft", 1) && turn(reader, 1),
  PageUp: (reader, event) => scrollOrTurn(reader, event, -1),
  PageDown: (reader, event) => scrollOrTurn(reader, event, 1),
  Home: (reader) => void reader.go(1),
  End: (reader) => void reader.go(reader.last),
};

const LETTERS = {
  g: (reader) => choose(reader.root.querySelector("#reader-page")),
  "/": (reader) => choose(reader.root.querySelector("#reader-q")),
  "+": (reader) => reader.larger(),
  "=": (reader) => reader.larger(),
  "-": (reader) => reader.smaller(),
  0: (reader) => reader.fit(),
  r: (reader) => reader.turnView(),
  n: (reader) => reader.nextHit(1),
  p: (reader) => reader.nextHit(-1),
  a: (reader) => press(reader, "note"),
  b: (reader) => reader.draw?.(),
  e: (reader) => press(reader, "log"),
  "?": (reader) => help(reader),
};

const turn = (reader, step) => void reader.step(step);
const press = (reader, name) => reader.root.querySelector(`[data-open="${name}"]`)?.click();

function choose(input) {
  input.focus();
  input.select();
}

// A page that is larger than the stage is scrolled first.
function canScroll({ stage }, side, way) {
  const [most, size] = side === "scrollTop" ? [stage.scrollHeight, stage.clientHeight] : [stage.scrollWidth, stage.clientWidth];
  return way > 0 ? stage[side] + size < most - 2 : stage[side] > 1;
}

function scrollOrTurn(reader, event, way) {
  const { stage } = reader;
  if (canScroll(reader, "scrollTop", way)) stage.scrollBy({ top: way * stage.clientHeight * 0.9 });
  else turn(reader, way);
}

function help(reader) {
  const panel = reader.root.querySelector("#reader-help");
  panel.hidden = !panel.hidden;
  reader.act("help").setAttribute("aria-expanded", String(!panel.hidden));
}

function escape(reader, event) {
  if (event.target.closest("details[data-menu]")) return;
  const panel = reader.root.querySelector("#reader-help");
  if (!panel.hidden) {
    help(reader);
    reader.act("help").focus();
  } else if (reader.act("draw")?.getAttribute("aria-pressed") === "true") {
    reader.draw(false);
  } else if (event.target.closest("#reader-page, #reader-q")) {
    reader.stage.focus({ preventScroll: true });
  } else if (!event.target.closest("input[type=search]")) {
    reader.closePanes();
  }
}
