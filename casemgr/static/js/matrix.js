// The evidence matrix: drag an entry onto an issue, or walk the boxes with the arrow keys. Both only tick boxes of the
// form below, which is saved with its button; without this script the boxes are enough.
const form = document.querySelector("form[data-matrix]");
const boxes = form ? [...form.querySelectorAll("input[name=tie]")] : [];
const box = (issue, entry) => boxes.find((one) => one.value === `${issue}:${entry}`);

function tell(words) {
  const changed = boxes.filter((one) => one.checked !== one.defaultChecked).length;
  const waiting = changed ? `${changed} not saved yet.` : "";
  form.querySelector(".matrix-save").classList.toggle("has-changes", changed > 0);
  form.querySelector("[data-matrix-status]").textContent = [words, waiting].filter(Boolean).join(" ");
}

function makeHandle(row) {
  const handle = document.createElement("span");
  handle.className = "matrix-handle";
  handle.draggable = true;
  handle.setAttribute("aria-hidden", "true"); // who does not drag ticks the boxes, which say all
  handle.textContent = "⠿";
  handle.title = "Drag onto an issue";
  handle.addEventListener("dragstart", (event) => {
    event.dataTransfer.setData("text/plain", row.dataset.dragEntry);
    event.dataTransfer.effectAllowed = "link";
    event.dataTransfer.setDragImage(row, 0, 0);
    setTimeout(() => document.body.classList.add("matrix-dragging")); // after the browser has taken its picture
  });
  handle.addEventListener("dragend", () => document.body.classList.remove("matrix-dragging"));
  row.prepend(handle);
}

function takeDrops(issue) {
  const over = (is) => issue.classList.toggle("is-over", is);
  issue.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  issue.addEventListener("dragleave", () => over(false));
  issue.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    const entry = event.dataTransfer.getData("text/plain");
    const found = box(issue.dataset.dropIssue, entry);
    if (!found) return;
    const name = form.querySelector(`[data-drag-entry="${CSS.escape(entry)}"]`).dataset.name;
    const was = found.checked;
    found.checked = true;
    tell(was ? `${name} supports issue ${issue.dataset.number} already.` : `${name} → issue ${issue.dataset.number}.`);
  });
}

function walk(event) {
  const wide = boxes.length / form.querySelectorAll("[data-drag-entry]").length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -wide, ArrowDown: wide }[event.key];
  const at = boxes.indexOf(event.target);
  if (!step || at < 0) return;
  const sideways = Math.abs(step) === 1 && Math.floor(at / wide) !== Math.floor((at + step) / wide);
  if (sideways || !boxes[at + step]) return;
  event.preventDefault();
  boxes[at + step].focus();
}

if (boxes.length) {
  if (matchMedia("(pointer: fine)").matches) {
    document.querySelector("[data-drag-hint]")?.removeAttribute("hidden");
    form.querySelectorAll("[data-drag-entry]").forEach(makeHandle);
  }
  document.querySelectorAll("[data-drop-issue]").forEach(takeDrops);
  form.addEventListener("keydown", walk);
  form.addEventListener("change", () => tell(""));
  tell("");
}
