// A <details> menu closes on Escape and when the reader goes elsewhere.
export function startMenus(page) {
  const menus = [...page.querySelectorAll("details[data-menu]")];
  const close = (menu) => menu.removeAttribute("open");
  page.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    close(menu);
    menu.querySelector("summary").focus();
  });
  const outside = (event) => menus.filter((menu) => !menu.contains(event.target)).forEach(close);
  page.addEventListener("click", outside);
  page.addEventListener("focusin", outside);
}
