// Runs before the first paint, so that a dark page does not flash white.
// The choice itself (a cookie named "theme": light or dark) is read by the server; this adds "as the device says".
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.themeChoice === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
  };
  follow();
  dark.addEventListener("change", follow);
})();
