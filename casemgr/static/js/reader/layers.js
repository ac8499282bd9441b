// What lies over the picture of a page: hits and notes as marks, and the words, unseen, so that they can be selected.
const FONT = "sans-serif";
const measured = new Map();
const pen = document.createElement("canvas").getContext("2d");

export function drawLayers(reader) {
  const sheet = reader.stage.querySelector(".sheet");
  if (!sheet || !reader.page) return;
  sheet.querySelectorAll(".layer").forEach((old) => old.remove());
  const { words, hits, notes } = reader.page;
  const marks = layer("marks");
  for (const note of notes) for (const box of note.boxes) marks.append(mark(box, `note-mark note-${note.color}`, { note: note.id }));
  hits.forEach((span, place) => {
    for (const box of boxesOf(words ?? [], span)) marks.append(mark(box, "hit-mark", { place }));
  });
  sheet.append(marks);
  if (words?.length) sheet.append(textLayer(words, reader.page));
}

const layer = (name) => Object.assign(document.createElement("div"), { className: `layer ${name}`, ariaHidden: "true" });

function mark(box, name, data) {
  const element = Object.assign(document.createElement("div"), { className: name });
  Object.assign(element.dataset, data);
  place(element, box);
  return element;
}

function place(element, [x0, y0, x1, y1]) {
  element.style.left = `${x0 * 100}%`;
  element.style.top = `${y0 * 100}%`;
  element.style.width = `${(x1 - x0) * 100}%`;
  element.style.height = `${(y1 - y0) * 100}%`;
}

// Each word is as high as its box and stretched to its width; in units of the sheet, so that zooming moves nothing.
function textLayer(words, { width, height }) {
  const text = layer("words");
  let before = null;
  words.forEach(([word, x0, y0, x1, y1], number) => {
    if (before && (y0 > before[1] || x1 < before[0])) text.append(document.createElement("br")); // for what is copied
    before = [x0, y1];
    const span = document.createElement("span");
    span.textContent = `${word} `;
    span.dataset.word = number;
    span.style.left = `${x0 * 100}%`;
    span.style.top = `${y0 * 100}%`;
    span.style.fontSize = `${(y1 - y0) * 100}cqh`;
    const natural = widthOf(word) * (y1 - y0) * height;
    span.style.transform = `scaleX(${natural ? ((x1 - x0) * width) / natural : 1})`;
    text.append(span);
  });
  return text;
}

// In ems.
function widthOf(word) {
  if (!measured.has(word)) {
    pen.font = `100px ${FONT}`;
    measured.set(word, pen.measureText(word).width / 100);
  }
  return measured.get(word);
}

// One box for each line of a passage, as the server makes them of a note.
export function boxesOf(words, [first, last]) {
  const boxes = [];
  for (const [, ...box] of words.slice(first, last + 1)) {
    const line = boxes.at(-1);
    if (line && sameLine(line, box)) {
      line.splice(0, 4, Math.min(line[0], box[0]), Math.min(line[1], box[1]), Math.max(line[2], box[2]), Math.max(line[3], box[3]));
    } else {
      boxes.push(box);
    }
  }
  return boxes;
}

// The numbers of the words with which a line begins.
export function lineStarts(words) {
  return words.map((_, number) => number).filter((number) => !number || !sameLine(words[number - 1].slice(1), words[number].slice(1)));
}

const sameLine = (one, other) =>
  Math.min(one[3], other[3]) - Math.max(one[1], other[1]) > 0.5 * Math.min(one[3] - one[1], other[3] - other[1]) && other[2] > one[0];

// What is selected on the page: its words, and which they are on the picture. null: nothing.
export function picked(reader) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(reader.stage)) return null;
  const spans = [...reader.stage.querySelectorAll(".words span")].filter((span) => holds(range, span));
  if (spans.length) {
    const [first, last] = [spans[0], spans.at(-1)].map((span) => Number(span.dataset.word));
    const quote = reader.page.words.slice(first, last + 1).map(([word]) => word).join(" ");
    return { quote, place: `words:${first}-${last}`, at: spans.at(-1).getBoundingClientRect() };
  }
  const text = reader.stage.querySelector(".sheet-text");
  const quote = text && range.intersectsNode(text) ? selection.toString().trim() : "";
  return quote ? { quote, place: "", at: range.getBoundingClientRect() } : null;
}

// A range that only touches a word's edge, or the space behind it, does not hold it.
function holds(range, span) {
  if (!range.intersectsNode(span)) return false;
  const inside = document.createRange();
  inside.setStart(span.firstChild, 0);
  inside.setEnd(span.firstChild, span.textContent.length - 1);
  return range.compareBoundaryPoints(Range.END_TO_START, inside) < 0 && range.compareBoundaryPoints(Range.START_TO_END, inside) > 0;
}
