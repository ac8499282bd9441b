// A list whose rows can be ticked: one button ticks all of this page, and the other says how many are ticked.
export function startChoosing(page) {
  for (const form of page.querySelectorAll("form[data-choose]")) {
    const boxes = [...page.querySelectorAll(`input[type=checkbox][form="${form.id}"]`)];
    const send = form.querySelector("button[type=submit]:not([name])");
    const words = send.lastChild;
    const all = document.createElement("button");
    all.type = "button";
    all.className = "btn btn-link";
    const count = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      words.textContent = ticked ? `Change ${ticked} ticked ${ticked === 1 ? "paper" : "papers"}` : "Change the ticked papers";
      all.textContent = ticked === boxes.length ? "Tick none" : "Tick all on this page";
    };
    all.addEventListener("click", () => {
      const to = !boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = to;
      count();
    });
    for (const box of boxes) box.addEventListener("change", count);
    form.prepend(all);
    count();
  }
}

// A list of papers to tick in a form of its own: one button ticks all of them, and says how many there are.
export function startTickingAll(page) {
  for (const list of page.querySelectorAll("[data-tick-all]")) {
    const boxes = [...list.querySelectorAll("input[type=checkbox]")];
    if (boxes.length < 2) continue;
    const all = document.createElement("button");
    all.type = "button";
    all.className = "btn btn-link";
    const ticked = () => boxes.filter((box) => box.checked).length;
    const tell = () => {
      all.textContent = ticked() === boxes.length ? "Tick none" : `Tick all ${boxes.length}`;
    };
    all.addEventListener("click", () => {
      const to = ticked() < boxes.length;
      for (const box of boxes) box.checked = to;
      tell();
    });
    list.addEventListener("change", tell);
    list.querySelector("legend").after(all);
    tell();
  }
}
