// Short messages at the edge of the page. They come from Django's messages (already in the page),
// from the server's HX-Trigger header ({"toast": {"message": "…", "level": "success"}}), and from
// any script (document.body.dispatchEvent(new CustomEvent("toast", {detail: {…}}))).
const region = document.querySelector(".toasts");
const STAY_MS = 9000;

function dismissAfter(toast, ms) {
  let timer = setTimeout(() => toast.remove(), ms);
  const pause = () => clearTimeout(timer);
  const resume = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), ms);
  };
  toast.addEventListener("pointerenter", pause);
  toast.addEventListener("pointerleave", resume);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("focusout", resume);
}

function enliven(toast) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "toast__close";
  close.setAttribute("aria-label", region.dataset.closeLabel);
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  if (!toast.classList.contains("toast--error")) dismissAfter(toast, STAY_MS);
}

// A message that says what was done can carry the address that takes it back: {undo: "/…/", undoLabel: "Undo"}.
function offerUndo(toast, { undo, undoLabel }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet button--small";
  button.textContent = undoLabel;
  button.addEventListener("click", () => {
    toast.remove();
    document.body.dispatchEvent(new CustomEvent("costory:undo", { bubbles: true, detail: { url: undo } }));
  });
  toast.append(button);
}

function say(message, { level = "info", ...detail } = {}) {
  for (const old of region.querySelectorAll(".toast")) {
    if (old.querySelector(".toast__text")?.textContent === message) old.remove();
  }
  const toast = document.createElement("div");
  toast.className = `toast toast--${level}`;
  const text = document.createElement("p");
  text.className = "toast__text";
  text.textContent = message;
  toast.append(text);
  if (detail.undo) offerUndo(toast, detail);
  region.append(toast);
  enliven(toast);
}

if (region) {
  // A live region speaks only of what enters it, so what came with the page enters once more.
  const arrived = [...region.querySelectorAll(".toast")];
  region.replaceChildren();
  setTimeout(() => {
    for (const toast of arrived) {
      region.append(toast);
      enliven(toast);
    }
  }, 150);

  document.body.addEventListener("toast", (event) => {
    const detail = event.detail ?? {};
    const message = detail.message ?? detail.value;
    if (message) say(String(message), detail);
  });

  // The editor and the coach tell of their own failures, nearer to where they happen.
  const isLoud = (event) => !event.target.closest?.("[data-quiet-errors]");
  document.body.addEventListener("htmx:responseError", (event) => {
    // An answer that says in words of its own why not has done so by its header.
    const hasSaid = event.detail.xhr.getResponseHeader("HX-Trigger")?.includes('"toast"');
    if (isLoud(event) && !hasSaid) say(region.dataset.errorText, { level: "error" });
  });
  document.body.addEventListener("htmx:sendError", (event) => {
    if (isLoud(event)) say(region.dataset.offlineText, { level: "error" });
  });
}
