// The light and dark switch. The choice is a cookie, so that the server can draw the page right at once.
const YEAR = 60 * 60 * 24 * 365;

export function startTheme(page) {
  const root = page.documentElement;
  const button = page.querySelector("[data-theme-toggle]");
  if (!button) return;
  const show = () => button.setAttribute("aria-pressed", String(root.dataset.bsTheme === "dark"));
  button.hidden = false;
  show();
  new MutationObserver(show).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
  button.addEventListener("click", () => {
    const choice = root.dataset.bsTheme === "dark" ? "light" : "dark";
    root.dataset.themeChoice = choice;
    root.dataset.bsTheme = choice;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    page.cookie = `theme=${choice}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  });
}
