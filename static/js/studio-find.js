// Finding on the page being written, and opening it at a place that is named in the address (?at=12-40, in characters).
import { mirror } from "./editor-mirror.js";

const page = document.querySelector(".editor__text");
const bar = document.getElementById("find-bar");
const LETTER = "[\\p{L}\\p{N}_]";
let hits = [];
let current = -1;
// Where one was when the bar was opened: what was chosen, and how far each box around it was scrolled.
let origin = null;

function show() {
  const ranges = hits.map(([start, end], place) => ({
    start,
    end,
    className: place === current ? "find-hit find-hit--current" : "find-hit",
  }));
  mirror.rangesAt(ranges, "found");
  // Who writes on the page is not carried off to a hit.
  if (document.activeElement !== page) document.querySelector(".find-hit--current")?.scrollIntoView({ block: "center" });
}

function tell(words) {
  const count = bar.querySelector("[data-count]");
  if (!words) count.textContent = "";
  else if (!hits.length) count.textContent = count.dataset.none;
  else count.textContent = count.dataset.of.replace("{place}", current + 1).replace("{all}", hits.length);
}

// The same length, so that what is found stands at the same places.
const plain = (text) => text.replace(/[\u00c0-\u024f\u1e00-\u1eff]/g, (letter) => letter.normalize("NFD")[0]);

function patternOf(words) {
  const { cased, whole } = bar.querySelector("form").elements;
  // Both apostrophes are one, as on the page that finds in the whole story.
  const escaped = words.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/['’]/g, "['’]");
  const bounded = whole.checked ? `(?<!${LETTER})${escaped}(?!${LETTER})` : escaped;
  return new RegExp(bounded, cased.checked ? "gu" : "giu");
}

function search({ from = page.selectionStart } = {}) {
  const { words: field, plain: isPlain } = bar.querySelector("form").elements;
  const fold = isPlain.checked ? plain : (text) => text;
  const words = fold(field.value.normalize("NFC"));
  hits = words.trim() ? [...fold(page.value).matchAll(patternOf(words))].map((hit) => [hit.index, hit.index + hit[0].length]) : [];
  current = hits.findIndex(([start]) => start >= from);
  if (current < 0 && hits.length) current = 0;
  tell(words);
  show();
}

function step(by) {
  if (!hits.length) return;
  current = (current + by + hits.length) % hits.length;
  tell(true);
  show();
}

function open({ from } = {}) {
  const { selectionStart, selectionEnd } = page;
  const chosen = page.value.slice(selectionStart, selectionEnd);
  const field = bar.querySelector("[name=words]");
  if (chosen && !chosen.includes("\n")) field.value = chosen;
  if (bar.hidden) {
    const boxes = [];
    for (let box = page; box; box = box.parentElement) boxes.push([box, box.scrollTop]);
    origin = { chosen: [selectionStart, selectionEnd], boxes };
  }
  bar.hidden = false;
  field.focus();
  field.select();
  search({ from });
}

// Back to where one was, or on at the hit. What was written meanwhile is where one is.
function close({ isBack = false } = {}) {
  const hit = hits[current];
  bar.hidden = true;
  hits = [];
  mirror.rangesAt([], "found");
  page.focus({ preventScroll: true });
  if (isBack && origin) {
    page.setSelectionRange(...origin.chosen);
    for (const [box, top] of origin.boxes) box.scrollTop = top;
  } else if (hit) page.setSelectionRange(...hit);
}

// The next place without opening the bar first: of what is chosen, or of what was looked for last.
function again(by) {
  if (!bar.hidden) return step(by);
  open({ from: page.selectionEnd });
  if (by < 0) step(by);
}

async function replace(all) {
  const { editor } = await import("./editor.js");
  // The page may have changed since it was searched.
  search({ from: hits[current]?.[0] ?? 0 });
  if (!hits.length) return;
  origin = null;
  const other = bar.querySelector("[name=other]").value;
  const [start, end] = hits[current];
  if (all) {
    let written = "";
    let place = 0;
    for (const [from, to] of hits) {
      written += page.value.slice(place, from) + other;
      place = to;
    }
    editor.replaceText(written + page.value.slice(place));
  } else {
    editor.insertAt(start, other, { replacing: end - start });
  }
  bar.querySelector("[name=words]").focus();
  search({ from: start + other.length });
}

const ACTS = { next: () => step(1), previous: () => step(-1), replace: () => replace(false), all: () => replace(true), close: () => close() };

if (page && bar) {
  document.addEventListener("keydown", (event) => {
    const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "f";
    // A second time the key is the browser's own.
    if (isFind && document.activeElement === page) open();
    else if (event.key === "F3" && (!bar.hidden || document.activeElement === page)) again(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && bar.contains(document.activeElement)) close({ isBack: true });
    else return;
    event.preventDefault();
  });
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) close();
    else step(event.shiftKey ? -1 : 1);
  });
  bar.addEventListener("input", (event) => {
    if (event.target.name !== "other") search();
  });
  bar.addEventListener("click", (event) => ACTS[event.target.closest("[data-find]")?.dataset.find]?.());
  page.addEventListener("input", () => {
    if (bar.hidden) return;
    origin = null;
    search({ from: hits[current]?.[0] ?? 0 });
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-find-open]")) return;
    event.target.closest("details")?.removeAttribute("open");
    open();
  });
}

const place = /^(\d+)-(\d+)$/.exec(new URLSearchParams(location.search).get("at") ?? "");
if (page && place) {
  const characters = [...page.value];
  const start = characters.slice(0, Number(place[1])).join("").length;
  const end = characters.slice(0, Number(place[2])).join("").length;
  page.focus({ preventScroll: true });
  page.setSelectionRange(start, end);
  mirror.rangesAt([{ start, end, className: "find-hit find-hit--current" }], "found");
  document.querySelector(".find-hit--current")?.scrollIntoView({ block: "center" });
  page.addEventListener("input", () => bar?.hidden && mirror.rangesAt([], "found"), { once: true });
}
