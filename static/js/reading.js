// The reading page: arrow keys and a swipe turn to the next chapter, the page is set at once, the place is kept.
// Everything here has a link or a button that does it without scripts.

import { keepPlace } from "./places.js";

const reader = document.querySelector(".reader");

function turn(way) {
  const link = document.querySelector(`.reading__turn a[rel="${way}"]`);
  if (link) location.assign(link.href);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], details[open]")) return;
  if (event.key === "ArrowRight") turn("next");
  if (event.key === "ArrowLeft") turn("prev");
});

// A swipe is long, quick, level, by one finger, and not within something that scrolls sideways or is selected.
let touch = null;
reader.addEventListener("touchstart", (event) => {
  touch = event.touches.length === 1 && !event.target.closest("pre, table, details, input, textarea")
    ? { x: event.touches[0].clientX, y: event.touches[0].clientY, at: event.timeStamp }
    : null;
}, { passive: true });
reader.addEventListener("touchend", (event) => {
  if (!touch || !getSelection().isCollapsed) return;
  const across = event.changedTouches[0].clientX - touch.x;
  const down = event.changedTouches[0].clientY - touch.y;
  if (Math.abs(across) > 90 && Math.abs(down) < 40 && event.timeStamp - touch.at < 600) turn(across < 0 ? "next" : "prev");
}, { passive: true });

// --- How the page is set ---------------------------------------------------------------------------------------

const setup = document.querySelector("[data-page-setup]");
const CLASSES = { size: "reader--", face: "reader--", width: "reader--width-", leading: "reader--leading-", paper: "reader--paper-" };

setup?.addEventListener("change", () => {
  const chosen = Object.fromEntries(new FormData(setup));
  const place = first();
  for (const [name, prefix] of Object.entries(CLASSES)) {
    for (const input of setup.elements[name]) reader.classList.remove(prefix + input.value);
    reader.classList.add(prefix + chosen[name]);
  }
  const said = Object.keys(CLASSES).map((name) => `${name}:${chosen[name]}`).join(".");
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `costory-page=${said}; Max-Age=31536000; Path=/; SameSite=Lax${secure}`;
  place?.block.scrollIntoView({ block: "start" });
});

// --- Where the reader is ---------------------------------------------------------------------------------------

const chapters = [...document.querySelectorAll(".reader__chapter")];
const blocksOf = (chapter) => [...chapter.querySelector(".prose").children];

// The first block that is still to be seen.
function first() {
  for (const chapter of chapters) {
    if (chapter.getBoundingClientRect().bottom < 80) continue;
    const blocks = blocksOf(chapter);
    const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > 80);
    if (at >= 0) return { chapter: Number(chapter.dataset.chapter), paragraph: at, block: blocks[at] };
  }
  return null;
}

// A chapter opened again by its plain address begins at the top; the links that go on carry the line.
const wanted = /^#at-(\d+)$/.exec(location.hash);
if (wanted && chapters.length === 1) blocksOf(chapters[0])[Number(wanted[1])]?.scrollIntoView({ block: "start" });

const form = document.querySelector("[data-place]");
const here = document.querySelector("[data-stranger]")?.dataset.stranger;
let told = "";
let timer = 0;

function tell() {
  clearTimeout(timer);
  timer = 0;
  const place = first();
  const end = document.querySelector("[data-story-end]");
  const isFinished = Boolean(end && end.getBoundingClientRect().top < innerHeight);
  if (!place && !isFinished) return;
  const last = chapters.at(-1);
  const at = place ?? { chapter: Number(last.dataset.chapter), paragraph: blocksOf(last).length };
  const said = `${at.chapter} ${at.paragraph} ${isFinished}`;
  if (said === told) return;
  told = said;
  if (!form) {
    keepPlace(here, { chapter: at.chapter, paragraph: at.paragraph, isFinished });
    return;
  }
  const body = new FormData(form);
  body.set("chapter", at.chapter);
  body.set("paragraph", at.paragraph);
  if (isFinished) body.set("is_finished", "on");
  // What is not heard of is told again with the next place.
  fetch(form.action, { method: "POST", body, keepalive: true }).catch(() => { told = ""; });
}

if (form || here) {
  addEventListener("scroll", () => { timer ||= setTimeout(tell, 4000); }, { passive: true });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") tell(); });
}
if (here && chapters.length) tell();
