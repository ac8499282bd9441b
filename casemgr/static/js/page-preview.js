// How a page that is being written will look: its form is sent a moment after typing stops, and what comes back are
// pictures of the pages. Nothing is saved, and nothing waits for it. Without this module a button does the same.
import { button } from "./button.js";

const PAUSE_MS = 900;
const FAILED = "The page could not be drawn now. Your text is not affected.";

for (const place of document.querySelectorAll("[data-page-preview]")) start(place, document.getElementById(place.dataset.of));

function start(place, form) {
  if (!form) return;
  const [status, pages] = [place.querySelector("[data-preview-status]"), place.querySelector("[data-preview-pages]")];
  const larger = largerButton(pages, place.dataset.what);
  let timer, running, again;
  const draw = async () => {
    if (running) return (again = true);
    running = true;
    again = false;
    status.textContent = "Drawing the page…";
    try {
      const sent = { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } };
      const answer = await fetch(place.dataset.pagePreview, sent);
      show(await answer.json());
    } catch {
      status.textContent = FAILED;
    }
    running = false;
    if (again) draw();
  };
  const show = (news) => {
    status.textContent = news.words || FAILED;
    if (!news.pages?.length) return place.classList.add("is-old");
    place.classList.remove("is-old");
    pages.replaceChildren(...news.pages.map(picture));
    pages.tabIndex = 0; // it scrolls, by keyboard too
    if (!place.contains(larger)) status.after(larger);
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(draw, PAUSE_MS);
  });
  draw();
}

function picture({ source, name }) {
  const image = new Image(918, 1188);
  image.src = source;
  image.alt = name;
  return image;
}

function largerButton(pages, what) {
  const window = document.createElement("dialog");
  window.className = "page-larger page-preview";
  window.setAttribute("aria-label", `${what}, larger`);
  const close = button("Close", "Close", () => window.close());
  document.body.append(window);
  return button("Look at the pages larger", "Larger", () => {
    window.replaceChildren(close, ...[...pages.children].map((page) => page.cloneNode()));
    window.showModal();
  });
}
