// Runs before the first paint, so that the page never flashes in the wrong theme, nor the studio with folded panes.
// The account's choice, when someone is signed in, is already in data-theme and wins.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  try {
    root.dataset.folded = (JSON.parse(localStorage.getItem("studio.folded")) ?? []).join(" ");
    root.dataset.typewriter = String(JSON.parse(localStorage.getItem("studio.typewriter")) === true);
  } catch {
    // Nothing is folded then.
  }
  if (root.dataset.themeOwner === "account") return;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage can be forbidden; the system's preference then stands.
  }
})();
