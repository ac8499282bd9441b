// "Cite an exhibit": puts a reference where the cursor stands, and says under the text what each one means now.
// Without this module a person types {{P-7, page 3}}, and the server says the same after saving.
import { REFERENCE, kept, pagesInWords as inWords, showChips, withoutChips } from "./cite-chips.js";

const PAUSE_MS = 250;

const dialog = document.getElementById("cite-dialog");
if (dialog && typeof dialog.showModal === "function") start();

function start() {
  const choices = new Map([...dialog.querySelectorAll("option")].map((option) => [option.value, option.dataset]));
  for (const place of document.querySelectorAll("[data-cites]")) {
    const text = place.querySelector("[contenteditable=true]") || place.querySelector("textarea, input");
    const button = place.querySelector("[data-cite-open]");
    if (!text || !button) continue;
    button.hidden = false;
    button.addEventListener("click", () => choose(text));
    text.addEventListener("click", ({ target }) => target.closest?.(".cite-chip") && choose(text, target.closest(".cite-chip")));
    follow(place, text, choices);
  }
  const first = dialog.querySelector("#cite-first");
  const paper = dialog.querySelector("#cite-paper");
  if (paper) {
    paper.addEventListener("change", () => tellAbout(paper, first));
    tellAbout(paper, first);
  }
}

// A text area or a line, or formatted text (letters.js), which has no `value`.
function valueOf(text) {
  return text.value ?? kept(withoutChips(text).textContent);
}

// `chip`: the reference in formatted text that is changed.
function choose(text, chip = null) {
  const insert = text.isContentEditable ? intoFormatted(text, chip) : intoPlain(text);
  for (const input of dialog.querySelectorAll("input")) input.value = "";
  if (chip) showIn(chip);
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      text.focus();
      if (dialog.returnValue !== "insert") return;
      insert(written());
    },
    { once: true },
  );
  dialog.showModal();
}

function intoPlain(text) {
  const at = [text.selectionStart, text.selectionEnd];
  return (words) => {
    text.setRangeText(words, ...at, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

function showIn(chip) {
  const paper = dialog.querySelector("#cite-paper");
  if (![...paper.options].some((option) => option.value === chip.dataset.ref)) return;
  paper.value = chip.dataset.ref;
  const [, , first, last] = [...chip.dataset.words.matchAll(REFERENCE)][0];
  dialog.querySelector("#cite-first").value = first || "";
  dialog.querySelector("#cite-last").value = last || "";
  tellAbout(paper, dialog.querySelector("#cite-first"));
}

function intoFormatted(text, chip) {
  const here = getSelection();
  const at = !chip && text.contains(here.focusNode) ? here.getRangeAt(0).cloneRange() : document.createRange();
  if (chip) at.selectNode(chip);
  else if (!text.contains(at.startContainer)) {
    at.selectNodeContents(text.lastElementChild || text);
    at.collapse(false);
  }
  // By hand: the browser's own command ends the paragraph before what cannot be edited.
  return (words) => {
    const made = document.createDocumentFragment();
    made.append(words);
    showChips(made, JSON.parse(text.closest("[data-rich]").dataset.rich || "{}"));
    const last = made.lastChild;
    at.deleteContents();
    at.insertNode(made);
    here.collapse(last, last.length);
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
}

// The words before the number are for people; the number and the page are what is kept.
function written() {
  const option = dialog.querySelector("#cite-paper").selectedOptions[0];
  const [first, last] = ["cite-first", "cite-last"].map((id) => Number(document.getElementById(id).value));
  const title = option.dataset.title.replace(/[{}#\s]+/g, " ").trim();
  const short = title.length > 60 ? `${title.slice(0, 59).trimEnd()}…` : title;
  return `{{${[short, `#${option.value}`, inWords(first, last)].filter(Boolean).join(" ")}}}`;
}

function tellAbout(paper, first) {
  const { first: from, last: to, labels } = paper.selectedOptions[0].dataset;
  first.min = from || 1;
  first.max = to || 99999;
  const span = from === to ? "It has one page." : `Pages ${from} to ${to}, as the paper itself counts them.`;
  const pages = to ? span : "Its pages are not counted.";
  const about = labels ? pages : `${pages} It is no exhibit yet: after saving, one press adds it.`;
  dialog.querySelector("#cite-about").textContent = about;
}

// What the server said of a reference stays while it stands in the text; a new one is described from the choices.
function follow(place, text, choices) {
  const list = place.querySelector("[data-cite-said]");
  const said = list.innerHTML;
  const before = valueOf(text);
  let timer;
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (valueOf(text) === before) list.innerHTML = said;
      else list.replaceChildren(...lines(valueOf(text), choices));
    }, PAUSE_MS);
  });
}

function lines(value, choices) {
  const found = new Set([...value.matchAll(REFERENCE)].map((one) => describe(one, choices)));
  if (!found.size) return [];
  const list = document.createElement("ul");
  list.className = "cite-list";
  for (const words of found) {
    const item = document.createElement("li");
    item.textContent = words;
    list.append(item);
  }
  return [list];
}

function describe([, ref, from, to], choices) {
  const first = Number(from || 0);
  const last = Number(to || from || 0);
  const pages = inWords(first, last);
  const paper = choices.get(ref);
  if (!paper) return "A reference that is looked at when you save.";
  const cites = `Cites: “${paper.title}”`;
  if (first && ((paper.last && last > Number(paper.last)) || first < Number(paper.first))) {
    return `${cites}, ${pages}: only pages ${paper.first} to ${paper.last} are there.`;
  }
  const now = paper.labels ? `now ${paper.labels}` : "no exhibit yet";
  return `${[cites, now, pages].filter(Boolean).join(", ")}.`;
}
