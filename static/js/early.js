// Runs before the first paint, so that the page never flashes in the wrong theme.
// The account's choice, when someone is signed in, is already in data-theme and wins.
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  if (root.dataset.themeOwner === "account") return;
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  } catch {
    // Storage can be forbidden; the system's preference then stands.
  }
})();
