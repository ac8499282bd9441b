// The draft of a letter: formatted text instead of the plain text area. Without this module the text area does the same
// work. The pictures of its pages are page-preview.js, which comes behind this.
import { button } from "./button.js";
import { kept, showChips, withoutChips } from "./cite-chips.js";

const TAGS = ["P", "BR", "STRONG", "EM", "UL", "OL", "LI", "MARK"];
const ALIASES = { B: "STRONG", I: "EM", DIV: "P" };
const GAP = /\[\[.{1,200}?\]\]/;
const TOOLS = [
  ["bold", "Bold", "Ctrl+B", "B"],
  ["italic", "Italic", "Ctrl+I", "I"],
  ["insertUnorderedList", "Bullets", "Ctrl+Shift+8", "• List"],
  ["insertOrderedList", "Numbers", "Ctrl+Shift+7", "1. List"],
];

for (const place of document.querySelectorAll("[data-rich]")) startEditor(place);

function startEditor(place) {
  const [plain, sent] = place.querySelectorAll("textarea");
  const editor = document.createElement("div");
  editor.className = "form-control letter-editor";
  editor.contentEditable = "true";
  editor.spellcheck = true;
  const label = place.querySelector("label");
  label.id = `${plain.id}-label`;
  label.addEventListener("click", () => editor.focus());
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-labelledby", label.id]]) {
    editor.setAttribute(name, value);
  }
  const errors = place.querySelector(".field-error");
  if (errors) editor.setAttribute("aria-describedby", errors.id);
  // What was typed and not saved (keep-text.js has just put it back) comes before what is saved.
  const unsaved = sent.value !== sent.defaultValue && sent.value;
  const known = JSON.parse(place.dataset.rich || "{}");
  const text = () => kept(withoutChips(editor).innerHTML);
  editor.append(showChips(cleaned(unsaved || place.querySelector("template").innerHTML), known));
  plain.disabled = true;
  sent.disabled = false;
  sent.value = text();
  place.classList.add("is-rich");
  plain.before(toolbar(editor), editor);
  document.execCommand("defaultParagraphSeparator", false, "p");
  document.execCommand("styleWithCSS", false, false);
  editor.addEventListener("input", () => {
    for (const mark of editor.querySelectorAll("mark")) mark.classList.toggle("is-filled", !GAP.test(mark.textContent));
    sent.value = text();
  });
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    if (!html) document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    else document.execCommand("insertHTML", false, asHtml(cleaned(html)));
    showChips(editor, known);
  });
  editor.addEventListener("keydown", (event) => {
    const list = event.shiftKey && (event.ctrlKey || event.metaKey) && { Digit8: 2, Digit7: 3 }[event.code];
    if (!list) return;
    event.preventDefault();
    format(editor, TOOLS[list][0]);
  });
}

// The browser leaves a list inside its paragraph, and the cursor at its start: both are put right.
function format(editor, command) {
  const { focusNode: node, focusOffset: offset, isCollapsed } = getSelection();
  const before = isCollapsed && offset && node.nodeType === Node.TEXT_NODE ? lengthTo(editor, node, offset) : 0;
  document.execCommand(command);
  for (const list of editor.querySelectorAll("p > ul, p > ol")) list.parentElement.replaceWith(...list.parentElement.childNodes);
  if (before && command.endsWith("List")) goTo(editor, before);
  editor.dispatchEvent(new Event("input", { bubbles: true }));
}

function lengthTo(editor, node, offset) {
  const range = document.createRange();
  range.setStart(editor, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function goTo(editor, length) {
  for (const text of texts(editor)) {
    if (length <= text.length) return getSelection().collapse(text, length);
    length -= text.length;
  }
}

function toolbar(editor) {
  const bar = document.createElement("div");
  bar.className = "letter-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Format of the letter");
  const buttons = TOOLS.map(([command, name, keys, words]) => {
    const made = tool(`${name} (${keys})`, words, () => {
      editor.focus();
      format(editor, command);
      show();
    });
    made.dataset.command = command;
    return made;
  });
  const next = tool("Go to the next gap", "Next gap", () => nextGap(editor));
  bar.append(...buttons, next);
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[event.key];
    document.activeElement[step]?.focus();
  });
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", document.queryCommandState(button.dataset.command));
  };
  document.addEventListener("selectionchange", () => editor.contains(getSelection().anchorNode) && show());
  return bar;
}

function tool(title, words, act) {
  const made = button(title, words, act);
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay selected
  return made;
}

// Selects the next gap behind the cursor, so that typing replaces it.
function nextGap(editor) {
  const here = getSelection();
  const from = editor.contains(here.focusNode) ? here.getRangeAt(0) : null;
  const gaps = [...texts(editor)].filter((text) => GAP.test(text.data));
  if (!gaps.length) return editor.focus();
  const after = from && gaps.find((text) => from.comparePoint(text, text.data.search(GAP)) > 0);
  const text = after || gaps[0];
  const at = text.data.search(GAP);
  const range = document.createRange();
  range.setStart(text, at);
  range.setEnd(text, at + text.data.match(GAP)[0].length);
  editor.focus();
  here.removeAllRanges();
  here.addRange(range);
  text.parentElement.scrollIntoView({ block: "nearest" });
}

function* texts(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) yield walker.currentNode;
}

// Only paragraphs, emphasis and lists: the server keeps no more.
function cleaned(html) {
  const made = document.createDocumentFragment();
  for (const child of new DOMParser().parseFromString(html, "text/html").body.childNodes) copy(child, made);
  return made;
}

function copy(node, to) {
  if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE"].includes(node.tagName)) return;
  if (node.classList.contains("cite-chip")) return to.append(node.dataset.words);
  const name = ALIASES[node.tagName] || node.tagName;
  const into = TAGS.includes(name) ? document.createElement(name) : to;
  if (into !== to) to.append(into);
  for (const child of node.childNodes) copy(child, into);
}

function asHtml(fragment) {
  const holder = document.createElement("div");
  holder.append(fragment);
  return holder.innerHTML;
}
