// The codex beside the page: a name that is selected becomes an entry, a passage is gone to, names are marked.
import { mirror } from "./editor-mirror.js";
import { recall, remember } from "./studio-memory.js";
import { showTab } from "./studio-side.js";

const text = document.querySelector(".editor__text");
const version = document.querySelector("#editor [name=version]");
const side = document.getElementById("side-codex");
const panelUrl = document.getElementById("side-tab-codex")?.getAttribute("href");

// --- A new entry from the selection ---

function selected() {
  const words = text.value.slice(text.selectionStart, text.selectionEnd).replace(/\s+/g, " ").trim();
  return words.slice(0, 120);
}

function fillIn(details) {
  const name = details.querySelector("[name=name]");
  if (!name.value) name.value = selected();
  name.focus();
}

// --- Going to a passage ---

// The text may have moved since it was read: the same words nearest to where they stood.
function placeOf(words, at) {
  if (text.value.startsWith(words, at)) return at;
  const before = text.value.lastIndexOf(words, at);
  const after = text.value.indexOf(words, at);
  if (before < 0 || after < 0) return Math.max(before, after);
  return at - before < after - at ? before : after;
}

function goTo(passage) {
  const words = passage.dataset.codexWords;
  const at = placeOf(words, Number(passage.dataset.codexAt));
  for (const other of side.querySelectorAll("[data-codex-at][aria-current]")) other.removeAttribute("aria-current");
  passage.setAttribute("aria-current", "true");
  if (at < 0) return;
  // On a phone the page is behind the pane.
  if (matchMedia("(width < 48rem)").matches) location.hash = "page";
  text.focus({ preventScroll: true });
  text.setSelectionRange(at, at + words.length);
  const rect = mirror.rectOf(at);
  mirror.forget();
  const box = text.closest(".studio__page");
  const scroller = box && box.scrollHeight > box.clientHeight + 1 && getComputedStyle(box).overflowY !== "visible" ? box : window;
  scroller.scrollBy({ top: rect.top - innerHeight / 3, behavior: "smooth" });
}

function step(by) {
  const passages = [...side.querySelectorAll("[data-codex-at]")];
  const current = passages.findIndex((passage) => passage.hasAttribute("aria-current"));
  const next = current < 0 ? (by > 0 ? 0 : passages.length - 1) : (current + by + passages.length) % passages.length;
  passages[next]?.scrollIntoView({ block: "nearest" });
  goTo(passages[next]);
}

// --- Marks under the names ---

let isMarking = false;

async function mark() {
  if (!isMarking) {
    mirror.rangesAt([], "names");
    return;
  }
  const answer = await fetch(`${panelUrl}mentions/`, { headers: { Accept: "application/json" }, redirect: "error" }).catch(() => null);
  if (!answer?.ok || !isMarking) return;
  // Half an answer is none.
  const found = await answer.json().catch(() => null);
  // Marks of another text would stand under the wrong words; after the next save they are asked for again.
  if (found?.length !== text.value.length || found.version !== Number(version.value)) return;
  mirror.rangesAt(found.ranges.map(([start, end]) => ({ start, end, className: "editor__name" })), "names");
}

function switchMarks(isOn) {
  isMarking = isOn;
  remember("names", isOn);
  mark();
}

// --- ---

function greet() {
  const marks = side.querySelector("#codex-marks");
  if (marks) marks.checked = isMarking;
}

// From the codex's own pages one comes with an entry in the address: it opens here.
function openFromAddress() {
  const entry = new URLSearchParams(location.search).get("entry");
  if (!/^[0-9a-f-]{36}$/.test(entry ?? "")) return;
  const url = `${panelUrl}${entry}/`;
  const waiting = side.querySelector(":scope > [hx-trigger^='costory:shown']");
  const isAsked = !side.hidden && side.checkVisibility();
  if (waiting && !isAsked) waiting.setAttribute("hx-get", url);
  else side.addEventListener("htmx:afterSettle", () => window.htmx.ajax("GET", url, { target: "#codex-panel", swap: "outerHTML" }), { once: true });
  showTab("codex");
  // On a phone the pane that the address names shows only when the page has loaded.
  window.addEventListener("load", () => showTab("codex"), { once: true });
}

if (text && side) {
  side.addEventListener("toggle", (event) => event.target.id === "codex-new" && event.target.open && fillIn(event.target), true);
  side.addEventListener("click", (event) => {
    const passage = event.target.closest("[data-codex-at]");
    const stepper = event.target.closest("[data-codex-step]");
    if (passage) goTo(passage);
    else if (stepper) step(Number(stepper.dataset.codexStep));
  });
  side.addEventListener("change", (event) => event.target.id === "codex-marks" && switchMarks(event.target.checked));
  side.addEventListener("htmx:afterSettle", (event) => {
    greet();
    if (event.target.id !== "codex-panel") return;
    // An entry was opened: it is read from its beginning, and whoever listens hears its name.
    const name = side.querySelector("#codex-entry-name");
    if (!name) return;
    side.closest(".studio__coach").scrollTop = 0;
    name.focus({ preventScroll: true });
  });
  document.addEventListener("costory:saved", mark);
  isMarking = recall("names", false) === true;
  openFromAddress();
  if (isMarking) mark();
}
