// Lists whose rows can be ticked, with a button that ticks all of them.

// A list of papers to change together: the button that sends says how many are ticked.
export function startChoosing(page) {
  for (const form of page.querySelectorAll("form[data-choose]")) {
    const boxes = [...page.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];
    const words = form.querySelector("button[type=submit]:not([name])").lastChild;
    form.prepend(tickAll(boxes, "Tick all on this page", () => {
      const ticked = boxes.filter((box) => box.checked).length;
      words.textContent = ticked ? `Change ${ticked} ticked ${ticked === 1 ? "paper" : "papers"}` : "Change the ticked papers";
    }));
  }
}

// A list of papers to add.
export function startTickingAll(page) {
  for (const list of page.querySelectorAll("[data-tick-all]")) {
    const boxes = [...list.querySelectorAll("input[type=checkbox]")];
    if (boxes.length > 1) list.querySelector("legend").after(tickAll(boxes, `Tick all ${boxes.length}`));
  }
}

// The button: `words` while a box is open, and then the way back. `tell` is called after each change, and at first.
function tickAll(boxes, words, tell = () => {}) {
  const all = document.createElement("button");
  all.type = "button";
  all.className = "btn btn-link";
  const areTicked = () => boxes.every((box) => box.checked);
  const show = () => {
    all.textContent = areTicked() ? "Tick none" : words;
    tell();
  };
  all.addEventListener("click", () => {
    const to = !areTicked();
    for (const box of boxes) box.checked = to;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  show();
  return all;
}
