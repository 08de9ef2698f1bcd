// What is seen of the studio: folded panes, nothing but the page, the line kept in the middle, the preview, the keys.
import { mirror } from "./editor-mirror.js";
import { recall, remember } from "./studio-memory.js";
import { showTab } from "./studio-side.js";
import { isTinted, toggleTint } from "./studio-tint.js";

const root = document.documentElement;
const form = document.getElementById("editor");
const text = document.getElementById("chapter-text");
const keys = document.getElementById("keys");
const preview = document.getElementById("preview");
const isPhone = matchMedia("(width < 48rem)");

function press(view, isOn) {
  for (const button of document.querySelectorAll(`[data-view=${view}]`)) button.ariaPressed = String(isOn);
}

// --- Panes ---

let folded = recall("folded", []);

function showFolds() {
  root.dataset.folded = folded.join(" ");
  for (const button of document.querySelectorAll("[data-fold]")) {
    button.ariaExpanded = String(!folded.includes(button.dataset.fold));
  }
}

function fold(name, isFolded = !folded.includes(name)) {
  folded = folded.filter((one) => one !== name);
  if (isFolded) folded.push(name);
  remember("folded", folded);
  showFolds();
  if (!isFolded) document.dispatchEvent(new CustomEvent("studio:unfolded"));
}

function goTo(name) {
  leaveFocus();
  if (isPhone.matches) location.hash = name;
  else if (name !== "page") fold(name, false);
  if (name === "page") text.focus();
  else if (name === "chapters") document.querySelector(".chapter-list__link[aria-current], .chapter-list__link")?.focus();
  else showTab(recall("tab", "coach"), { focus: true });
}

// --- Nothing but the page ---

const hasFocusMode = () => root.dataset.focus === "true";

function setFocus(isOn) {
  root.dataset.focus = String(isOn);
  press("focus", isOn);
  if (isOn) text.focus({ preventScroll: true });
}

function leaveFocus() {
  if (!hasFocusMode()) return;
  setFocus(false);
  text.focus({ preventScroll: true });
}

// --- The line in the middle ---

let isTypewriter = recall("typewriter", false);
let centring = 0;

function centre() {
  if (!isTypewriter || document.activeElement !== text) return;
  centring ||= requestAnimationFrame(() => {
    centring = 0;
    const { top, height } = mirror.rectOf(text.selectionEnd);
    const off = top + height / 2 - innerHeight * 0.45;
    if (Math.abs(off) > 1) window.scrollBy({ top: off, behavior: "instant" });
  });
}

function setTypewriter(isOn) {
  isTypewriter = isOn;
  remember("typewriter", isOn);
  root.dataset.typewriter = String(isOn);
  press("typewriter", isOn);
  if (!isOn) return mirror.forget();
  text.focus();
  centre();
}

// --- Preview ---

async function showPreview() {
  const slot = document.getElementById("preview-text");
  slot.ariaBusy = "true";
  if (!preview.open) preview.showModal();
  const body = new FormData(form);
  const answer = await fetch(`${form.getAttribute("action")}preview/`, { method: "POST", headers: { "HX-Request": "true" }, body }).catch(
    () => null,
  );
  const html = answer && !answer.headers.has("HX-Redirect") ? await answer.text() : "";
  const page = new DOMParser().parseFromString(html, "text/html").getElementById("preview-text");
  if (page) {
    slot.replaceWith(page);
  } else {
    preview.close();
    const message = document.querySelector(".toasts").dataset.errorText;
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { message, level: "error" } }));
  }
}

// --- Keys ---

const acts = {
  focus: () => (hasFocusMode() ? leaveFocus() : setFocus(true)),
  typewriter: () => setTypewriter(!isTypewriter),
  tint: async () => {
    await toggleTint();
    press("tint", isTinted());
  },
  preview: showPreview,
  keys: () => keys.showModal(),
};

const KEYS = {
  f: acts.focus,
  t: acts.typewriter,
  o: acts.tint,
  p: acts.preview,
  k: acts.keys,
  l: () => fold("chapters"),
  r: () => fold("coach"),
  1: () => goTo("chapters"),
  2: () => goTo("page"),
  3: () => goTo("coach"),
};

// The letter on the key; where Alt makes another character of it, its place.
function letter({ key, code }) {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() : code.replace(/^(Key|Digit)/, "").toLowerCase();
}

const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]");
const isCovered = () => document.querySelector("dialog[open], details.menu[open], [popover]:popover-open");

function pressed(event) {
  if (event.isComposing || event.defaultPrevented) return;
  if (event.key === "Escape") {
    if (hasFocusMode() && !isCovered()) leaveFocus();
    return;
  }
  if (event.ctrlKey || event.metaKey) return;
  const isHelp = event.key === "?" && !event.altKey && !isTyping(event.target) && recall("single-key", true);
  const act = isHelp ? acts.keys : event.altKey && event.shiftKey ? KEYS[letter(event)] : null;
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}

function enliven() {
  showFolds();
  press("typewriter", isTypewriter);
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const folder = event.target.closest("[data-fold]");
    if (folder) return fold(folder.dataset.fold);
    const switcher = event.target.closest("[data-view]");
    if (!switcher) return;
    const menu = switcher.closest("details.menu");
    if (menu) menu.open = false;
    acts[switcher.dataset.view]();
  });
  text.addEventListener("input", centre);
  text.addEventListener("keyup", centre);
  const single = document.getElementById("single-key");
  single.checked = recall("single-key", true);
  const tell = () => (keys.querySelector("[data-single-key]").hidden = !single.checked);
  single.addEventListener("change", () => {
    remember("single-key", single.checked);
    tell();
  });
  tell();
}

if (form && text) enliven();
