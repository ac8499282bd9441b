// Drag exhibits into their order. It only moves the rows of the form, which is saved with its button; without this
// script, and from the keyboard, the buttons Up and Down do the same.
const form = document.querySelector("[data-order-form]");
const list = form?.querySelector("ol");
let dragged = null;

function tell(words) {
  form.querySelector("[data-order-status]").textContent = words;
}

function makeHandle(row) {
  const handle = document.createElement("span");
  handle.className = "binder-handle";
  handle.draggable = true;
  handle.setAttribute("aria-hidden", "true"); // who does not drag presses Up and Down
  handle.textContent = "⠿";
  handle.title = "Drag to another place";
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.setData("text/plain", row.dataset.exhibit);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(row, 0, 0);
    setTimeout(() => row.classList.add("is-dragged")); // after the browser has taken its picture
  });
  handle.addEventListener("dragend", () => {
    row.classList.remove("is-dragged");
    dragged = null;
  });
  row.querySelector(".exhibit-label").append(handle);
}

function takeDrops(row) {
  const over = (is) => row.classList.toggle("is-over", is);
  row.addEventListener("dragover", (event) => {
    if (!dragged || dragged === row) return;
    event.preventDefault();
    over(true);
  });
  row.addEventListener("dragleave", () => over(false));
  row.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!dragged || dragged === row) return;
    const rows = [...list.children];
    const isDown = rows.indexOf(dragged) < rows.indexOf(row);
    row[isDown ? "after" : "before"](dragged);
    tell(`${dragged.dataset.exhibit} was moved. Not saved yet: the numbers follow when you save.`);
  });
}

if (list) {
  const rows = [...list.children];
  if (matchMedia("(pointer: fine)").matches) {
    rows.filter((row) => !("fixed" in row.dataset)).forEach(makeHandle);
  }
  rows.forEach(takeDrops);
}
