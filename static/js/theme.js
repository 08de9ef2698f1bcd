// The theme switch: buttons with data-theme-choice, in a form that also works as a plain POST
// for people who are signed in.
const root = document.documentElement;

function show(theme) {
  root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

function remember(theme) {
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // Storage can be forbidden; the choice then lasts for this page.
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  event.preventDefault();
  const theme = button.dataset.themeChoice;
  show(theme);
  remember(theme);
  const form = button.form;
  if (form?.action) {
    const body = new FormData(form);
    body.set(button.name, button.value);
    fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }).catch(() => {});
  }
});

show(root.dataset.theme || "auto");
