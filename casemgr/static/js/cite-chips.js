// References to exhibits in formatted text: people read “P-7, page 3”, and what is kept stays {{title #id page 3}}.
export const REFERENCE = /\{\{[^{}#\n]{0,200}#([0-9a-f]{12})(?:\s*,?\s*(?:pages?|pp?\.)?\s*(\d{1,5})(?:\s*(?:-|–|to)\s*(\d{1,5}))?)?\s*\}\}/g;
const BESIDE = "\u200b"; // a place for the cursor on both sides; it is never kept

export function pagesInWords(first, last) {
  if (!first) return "";
  return last && last !== first ? `pages ${Math.min(first, last)} to ${Math.max(first, last)}` : `page ${first}`;
}

// Makes each reference in the text of `root` a chip. `known`: by reference, [label, title] of the paper.
export function showChips(root, known) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.includes("{{")) found.push(walker.currentNode);
  for (const text of found) text.replaceWith(...parts(text.data, known));
  return root;
}

function parts(words, known) {
  const made = [];
  let end = 0;
  for (const one of words.matchAll(REFERENCE)) {
    made.push(words.slice(end, one.index), ...chip(one, known));
    end = one.index + one[0].length;
  }
  return [...made, words.slice(end)].filter((one) => one !== "");
}

function chip([words, ref, first, last], known) {
  const [label, title] = known[ref] || ["", ""];
  const pages = pagesInWords(Number(first || 0), Number(last || 0));
  const made = document.createElement("span");
  made.className = "cite-chip";
  made.contentEditable = "false";
  made.dataset.words = words;
  made.dataset.ref = ref;
  made.textContent = [label || (title ? `“${title}”` : "a paper that is looked at when you save"), pages].filter(Boolean).join(", ");
  made.title = [title, pages].filter(Boolean).join(", ");
  return [BESIDE, made, BESIDE];
}

// The text as it is kept: each chip is its words again.
export function withoutChips(root) {
  const copy = root.cloneNode(true);
  for (const one of copy.querySelectorAll(".cite-chip")) one.replaceWith(one.dataset.words);
  copy.normalize();
  return copy;
}

export function kept(words) {
  return words.replaceAll(BESIDE, "");
}
