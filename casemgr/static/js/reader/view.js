// How large the page is shown, and which way up. Nothing of it is kept: the picture itself is never changed.
const STEP = 1.25;
const SMALLEST = 0.1;
const LARGEST = 4;
const MARGIN = 24; // pixels beside the page

export function startView(reader) {
  reader.zoom = null; // null: the width of the stage
  reader.turn = 0;
  const larger = (by) => {
    reader.zoom = Math.min(LARGEST, Math.max(SMALLEST, scaleOf(reader) * by));
    reader.layout();
  };
  reader.layout = () => layout(reader);
  reader.larger = () => larger(STEP);
  reader.smaller = () => larger(1 / STEP);
  reader.fit = () => {
    reader.zoom = null;
    reader.layout();
  };
  reader.turnView = () => {
    reader.turn = (reader.turn + 90) % 360;
    reader.layout();
    reader.say(reader.turn ? `The view is turned by ${reader.turn} degrees` : "The view is upright");
  };
  for (const [name, act] of [["larger", reader.larger], ["smaller", reader.smaller], ["fit", reader.fit], ["turn", reader.turnView]]) {
    reader.act(name).addEventListener("click", act);
  }
  new ResizeObserver(() => layout(reader)).observe(reader.stage);
  reader.changed.push(reader.layout);
  reader.layout();
}

const picture = (reader) => reader.stage.querySelector(".sheet-image");
const isTurned = (reader) => reader.turn % 180 !== 0;

function scaleOf(reader) {
  if (reader.zoom) return reader.zoom;
  const image = picture(reader);
  if (!image) return 1;
  const across = Number(image.getAttribute(isTurned(reader) ? "height" : "width"));
  return Math.min(1.5, (reader.stage.clientWidth - MARGIN) / across);
}

function layout(reader) {
  const image = picture(reader);
  const shown = reader.root.querySelector("[data-zoom]");
  if (!image) {
    shown.textContent = `${Math.round((reader.zoom ?? 1) * 100)}%`;
    const text = reader.stage.querySelector(".sheet-text");
    if (text) text.style.fontSize = `${reader.zoom ?? 1}em`;
    return;
  }
  const scale = scaleOf(reader);
  const [width, height] = ["width", "height"].map((side) => Math.round(Number(image.getAttribute(side)) * scale));
  const frame = reader.stage.querySelector(".sheet-frame");
  const sheet = reader.stage.querySelector(".sheet");
  frame.style.width = `${isTurned(reader) ? height : width}px`;
  frame.style.height = `${isTurned(reader) ? width : height}px`;
  frame.style.maxWidth = "none";
  sheet.style.width = `${width}px`;
  sheet.style.height = `${height}px`;
  sheet.classList.add("is-placed");
  sheet.style.transform = `translate(-50%, -50%) rotate(${reader.turn}deg)`;
  shown.textContent = `${Math.round(scale * 100)}%`;
}

// Where on the picture the pointer is, from 0 to 1, whichever way the view is turned.
export function placeOf(sheet, turn, event) {
  const box = sheet.getBoundingClientRect();
  const angle = (-turn * Math.PI) / 180;
  const x = event.clientX - (box.left + box.width / 2);
  const y = event.clientY - (box.top + box.height / 2);
  const limit = (value) => Math.min(1, Math.max(0, value));
  return [
    limit((x * Math.cos(angle) - y * Math.sin(angle)) / sheet.offsetWidth + 0.5),
    limit((x * Math.sin(angle) + y * Math.cos(angle)) / sheet.offsetHeight + 0.5),
  ];
}
