// The reader: turns pages without loading the whole page anew. All of it works without this as plain links and forms.
import { startFinding } from "./finding.js";
import { startKeys } from "./keys.js";
import { startLines } from "./lines.js";
import { startPanes } from "./panes.js";
import { drawLayers } from "./layers.js";
import { startView } from "./view.js";

const SWIPE = 60; // pixels
const KEPT = 12; // pages that were fetched, so that going back and forth asks nothing

const root = document.querySelector("[data-reader]");
if (root) start(root);

function start(root) {
  const reader = {
    root,
    stage: root.querySelector("[data-stage]"),
    panel: root.querySelector("[data-panel]"),
    number: Number(root.dataset.page),
    asked: Number(root.dataset.page), // the page that was asked for last: open now, or on its way
    last: Number(root.dataset.last),
    q: root.dataset.q,
    entry: root.dataset.entry,
    page: null, // what the server told of the open page
    hitPlace: null, // which hit of the open page is looked at
    fetched: new Map(),
    changed: [], // called when another page is on the stage
  };
  reader.act = (name) => root.querySelector(`[data-act="${name}"]`);
  reader.say = (words) => (root.querySelector("[data-say]").textContent = words);
  reader.address = (number) => address(reader, number);
  reader.go = (number, place = null) => go(reader, number, place);
  reader.step = (by) => go(reader, reader.asked + by, null); // pressed twice while a page is on its way: two pages on
  reader.forget = () => reader.fetched.clear();
  reader.refresh = () => show(reader, reader.number, reader.hitPlace);
  for (const part of root.querySelectorAll("[data-needs-script]")) part.hidden = false;
  startView(reader);
  startPanes(reader);
  startLines(reader);
  startFinding(reader);
  startKeys(reader);
  turnByClick(reader);
  turnBySwipe(reader);
  fetchPage(reader, reader.number).then((page) => {
    if (reader.page) return; // the reader has turned on meanwhile
    reader.page = page;
    drawLayers(reader);
    reader.changed.forEach((tell) => tell());
    reader.lookAtHit(reader.entry ? 0 : (reader.hitPlace ?? (reader.q ? 0 : null)));
    fetchNeighbours(reader);
  }, () => {});
  showInStrip(reader);
}

function address(reader, number) {
  const to = new URL(reader.root.dataset.readUrl, location.href);
  to.searchParams.set("page", number);
  if (reader.q) to.searchParams.set("q", reader.q);
  return to;
}

async function go(reader, number, place) {
  const wanted = Math.min(Math.max(1, number), reader.last);
  if (wanted === reader.number) {
    reader.asked = wanted; // and no longer the page that is on its way
    reader.lookAtHit(place);
    return;
  }
  reader.entry = "";
  await show(reader, wanted, place);
}

async function show(reader, number, place) {
  reader.asked = number;
  let page;
  try {
    page = await fetchPage(reader, number);
  } catch {
    if (reader.asked === number) location.assign(reader.address(number)); // the server says what is wrong
    return;
  }
  if (reader.asked !== number) return; // the reader has turned on meanwhile
  const isNew = number !== reader.number;
  Object.assign(reader, { number, page, hitPlace: place });
  reader.stage.innerHTML = page.stage;
  reader.panel.innerHTML = page.panel;
  if (isNew) reader.stage.scrollTo(0, 0);
  history.replaceState(null, "", reader.address(number));
  showWhere(reader);
  drawLayers(reader);
  reader.changed.forEach((tell) => tell());
  reader.lookAtHit(place);
  fetchNeighbours(reader);
}

function showWhere(reader) {
  const { root, number, last } = reader;
  const where = `Page ${number} of ${last}`;
  document.title = document.title.replace(/^Page \d+/, `Page ${number}`);
  reader.stage.setAttribute("aria-label", where);
  reader.say(where);
  root.querySelector("#reader-page").value = number;
  for (const input of root.querySelectorAll('[data-find-form] [name="page"]')) input.value = number;
  for (const link of root.querySelectorAll("[data-follows]")) {
    const to = new URL(link.href);
    to.searchParams.set("page", number);
    link.href = to;
  }
  for (const [name, to] of [["previous", number - 1], ["next", number + 1]]) {
    const link = root.querySelector(`[data-go="${name}"]`);
    if (to >= 1 && to <= last) {
      link.href = reader.address(to);
      link.removeAttribute("aria-disabled");
    } else {
      link.removeAttribute("href");
      link.setAttribute("aria-disabled", "true");
    }
  }
  showInStrip(reader);
}

// The strip holds a part of a long paper: past its end the page is loaded anew, with the next part.
function showInStrip({ root, number, address: to }) {
  const strip = root.querySelector(".reader-strip");
  const here = strip.querySelector(`[data-page-link="${number}"]`);
  if (!here) return location.assign(to(number));
  strip.querySelector('[aria-current="page"]')?.removeAttribute("aria-current");
  here.setAttribute("aria-current", "page");
  const box = here.getBoundingClientRect();
  const frame = strip.getBoundingClientRect();
  strip.scrollBy(box.left - frame.left - (frame.width - box.width) / 2, box.top - frame.top - (frame.height - box.height) / 2);
}

function fetchPage(reader, number) {
  if (!reader.fetched.has(number)) {
    const from = new URL(`${reader.root.dataset.readUrl}/${number}`, location.href);
    if (reader.q) from.searchParams.set("q", reader.q);
    if (reader.entry) from.searchParams.set("entry", reader.entry);
    const answer = fetch(from, { headers: { Accept: "application/json" } }).then((response) => {
      if (!response.ok) throw new Error(response.status);
      return response.json();
    });
    answer.catch(() => reader.fetched.delete(number));
    reader.fetched.set(number, answer);
    if (reader.fetched.size > KEPT) reader.fetched.delete(reader.fetched.keys().next().value);
  }
  return reader.fetched.get(number);
}

function fetchNeighbours(reader) {
  for (const number of [reader.number + 1, reader.number - 1]) {
    if (number < 1 || number > reader.last) continue;
    fetchPage(reader, number).then((page) => {
      const picture = new DOMParser().parseFromString(page.stage, "text/html").querySelector("img");
      if (picture) new Image().src = picture.getAttribute("src");
    }, () => {});
  }
}

function turnByClick(reader) {
  reader.root.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a[data-go], a[data-page-link]");
    if (!link?.href) return;
    event.preventDefault();
    if (link.dataset.pageLink) reader.go(Number(link.dataset.pageLink));
    else reader.step(link.dataset.go === "next" ? 1 : -1);
  });
  reader.root.querySelector("[data-go-form]").addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = Number(reader.root.querySelector("#reader-page").value);
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= reader.last) {
      reader.go(wanted);
      reader.stage.focus({ preventScroll: true });
    } else {
      reader.say(`This paper has the pages 1 to ${reader.last}.`);
      root.querySelector("#reader-page").value = reader.number;
    }
  });
}

// With one finger across a page that fits: the next or the previous one. A larger page is moved instead.
function turnBySwipe(reader) {
  const { stage } = reader;
  let from = null;
  stage.addEventListener("touchstart", ({ touches }) => (from = touches.length === 1 ? touches[0] : null), { passive: true });
  stage.addEventListener("touchend", ({ changedTouches: [to] }) => {
    if (!from || !getSelection().isCollapsed || stage.classList.contains("is-drawing")) return;
    if (stage.scrollWidth > stage.clientWidth + 2) return;
    const [across, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
    from = null;
    if (Math.abs(across) > SWIPE && Math.abs(across) > 2 * Math.abs(down)) reader.step(across < 0 ? 1 : -1);
  }, { passive: true });
}
