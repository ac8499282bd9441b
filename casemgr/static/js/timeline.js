// The timeline by keyboard: while the drawing is chosen, + − 0 ← → follow the links that stand above it.
const ALIASES = { "=": "+", _: "-", "−": "-" };
const frame = document.querySelector("[data-timeline-frame]");

function follow(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = ALIASES[event.key] ?? event.key;
  const scrolls = frame.scrollWidth > frame.clientWidth + 1;
  if (key.startsWith("Arrow") && scrolls) return; // on a narrow screen the arrows scroll the drawing itself
  const link = document.querySelector(`a[data-timeline="${CSS.escape(key)}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
}

if (frame) {
  frame.addEventListener("keydown", follow);
  // Where it does not fit, begin with today in the middle.
  const today = frame.querySelector(".tl-today");
  if (today && frame.scrollWidth > frame.clientWidth) {
    const at = today.getBoundingClientRect().left - frame.getBoundingClientRect().left;
    frame.scrollLeft += at - frame.clientWidth / 2;
  }
}
