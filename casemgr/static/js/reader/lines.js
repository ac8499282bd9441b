// A passage chosen by its first and last line: for people who do not select words with a pointer.
import { lineStarts } from "./layers.js";

const LONGEST = 70;

export function startLines(reader) {
  for (const part of reader.root.querySelectorAll("[data-lines]")) {
    const [first, last] = part.querySelectorAll("select");
    let lines = [];
    part.addEventListener("toggle", () => {
      if (!part.open) return;
      lines = linesOf(reader);
      for (const select of [first, last]) {
        select.replaceChildren(...lines.map(({ words }, number) => new Option(`${number + 1}. ${words.slice(0, LONGEST)}`, number)));
      }
    });
    first.addEventListener("change", () => {
      if (Number(last.value) < Number(first.value)) last.value = first.value;
    });
    part.querySelector("button").addEventListener("click", () => {
      const [from, to] = [Number(first.value), Number(last.value)].sort((a, b) => a - b);
      const taken = lines.slice(from, to + 1);
      if (!taken.length) return;
      const place = taken[0].start === undefined ? "" : `words:${taken[0].start}-${taken.at(-1).end}`;
      reader.take(part.dataset.lines, { quote: taken.map(({ words }) => words).join("\n"), place });
      part.open = false;
    });
  }
  reader.changed.push(() => {
    for (const part of reader.root.querySelectorAll("[data-lines]")) part.open = false;
  });
}

function linesOf(reader) {
  const { words } = reader.page ?? {};
  if (words?.length) {
    const starts = lineStarts(words);
    return starts.map((start, number) => {
      const end = (starts[number + 1] ?? words.length) - 1;
      return { start, end, words: words.slice(start, end + 1).map(([word]) => word).join(" ") };
    });
  }
  const text = (reader.stage.querySelector(".sheet-text") ?? reader.panel.querySelector(".reader-text .plain-text"))?.textContent ?? "";
  return text.split("\n").map((line) => ({ words: line.trim() })).filter((line) => line.words);
}
