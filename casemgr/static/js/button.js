// A button that a script adds: it acts on the page and sends nothing. `title` says in full what `words` say in short.
export function button(title, words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary";
  made.title = title;
  made.setAttribute("aria-label", title);
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}
