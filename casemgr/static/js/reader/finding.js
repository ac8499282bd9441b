// Search inside the paper: hits in the list beside the page, marked on it, and one key from one to the next.
export function startFinding(reader) {
  const { root } = reader;
  const form = root.querySelector("[data-find-form]");
  const found = root.querySelector("[data-found]");
  reader.hits = [...found.querySelectorAll("[data-hit]")].map((link) => link.dataset.hit.split("-").map(Number));
  reader.lookAtHit = (place) => lookAtHit(reader, found, place);
  reader.nextHit = (step) => nextHit(reader, step);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = form.elements.q.value.trim();
    if (typed && typed === reader.q) return nextHit(reader, 1);
    reader.q = typed;
    reader.entry = "";
    reader.forget();
    if (typed) {
      const from = new URL(root.dataset.findUrl, location.href);
      from.searchParams.set("q", typed);
      try {
        const answer = await (await fetch(from, { headers: { Accept: "application/json" } })).json();
        if (reader.q !== typed) return; // something else is searched for meanwhile
        found.innerHTML = answer.panel;
        reader.hits = answer.hits;
      } catch {
        return location.assign(reader.address(reader.number)); // the plain page says what is wrong
      }
    } else {
      found.replaceChildren();
      reader.hits = [];
    }
    const next = reader.hits.find(([page]) => page >= reader.number) ?? reader.hits[0];
    reader.hitPlace = null;
    if (next && next[0] !== reader.number) await reader.go(...next);
    else {
      reader.hitPlace = next ? next[1] : null;
      await reader.refresh();
    }
    reader.say(root.querySelector(".reader-found .reader-quiet")?.textContent ?? "");
  });
  found.addEventListener("click", (event) => {
    const link = event.target.closest("[data-hit]");
    if (!link || event.button || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    reader.go(...link.dataset.hit.split("-").map(Number));
  });
}

function nextHit(reader, step) {
  const { hits, number, hitPlace } = reader;
  if (!hits.length) return;
  const at = hits.findIndex(([page, place]) => page === number && place === hitPlace);
  let next = at + step;
  if (at < 0) next = hits.findIndex(([page]) => (step > 0 ? page >= number : page > number)) + (step > 0 ? 0 : -1);
  reader.go(...hits[(next + hits.length) % hits.length]);
}

function lookAtHit(reader, found, place) {
  reader.hitPlace = place;
  const { stage, panel } = reader;
  const inText = stage.querySelector(".sheet-text") ?? panel.querySelector(".reader-text");
  const marks = [...stage.querySelectorAll(".hit-mark")];
  const here = marks.filter((mark) => Number(mark.dataset.place) === place);
  for (const mark of marks) mark.classList.toggle("is-here", here.includes(mark));
  const texts = [...(inText?.querySelectorAll("mark") ?? [])];
  texts.forEach((mark, number) => mark.classList.toggle("is-here", number === place));
  for (const link of found.querySelectorAll("[data-hit]")) {
    const isHere = place !== null && link.dataset.hit === `${reader.number}-${place}`;
    if (isHere) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
    if (isHere) link.scrollIntoView({ block: "nearest" });
  }
  if (place === null) return;
  const target = here[0] ?? texts[place];
  if (target && !target.checkVisibility?.() && inText?.matches("details")) inText.open = true;
  if (target) intoStage(stage, target);
}

// Only the stage scrolls, not the page around it, as long as the stage can.
function intoStage(stage, target) {
  if (!stage.contains(target) || stage.scrollHeight <= stage.clientHeight) return target.scrollIntoView({ block: "center" });
  const box = target.getBoundingClientRect();
  const frame = stage.getBoundingClientRect();
  stage.scrollBy(Math.max(0, box.right - frame.right + 40), box.top - frame.top - frame.height / 3);
}
