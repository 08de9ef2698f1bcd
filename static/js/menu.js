// <details class="menu"> closes on Escape, on a click elsewhere and when focus leaves it.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
  }
});

document.addEventListener("focusout", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  const next = event.relatedTarget;
  // A press on what takes no focus in a menu gives it to the page around (main has a tabindex): that is not leaving.
  if (menu && next && !menu.contains(next) && !next.contains(menu)) menu.open = false;
});
