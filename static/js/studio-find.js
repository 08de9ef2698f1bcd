// Finding on the page being written, and opening it at a place that is named in the address (?at=12-40, in characters).
import { mirror } from "./editor-mirror.js";

const page = document.querySelector(".editor__text");
const bar = document.getElementById("find-bar");
const LETTER = "[\\p{L}\\p{N}_]";
let hits = [];
let current = -1;

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

function patternOf(words) {
  const { cased, whole } = bar.querySelector("form").elements;
  // Both apostrophes are one, as on the page that finds in the whole story.
  const escaped = words.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/['’]/g, "['’]");
  const bounded = whole.checked ? `(?<!${LETTER})${escaped}(?!${LETTER})` : escaped;
  return new RegExp(bounded, cased.checked ? "gu" : "giu");
}

function search({ from = page.selectionStart } = {}) {
  const words = bar.querySelector("[name=words]").value.normalize("NFC");
  hits = words.trim() ? [...page.value.matchAll(patternOf(words))].map((hit) => [hit.index, hit.index + hit[0].length]) : [];
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

function open() {
  const chosen = page.value.slice(page.selectionStart, page.selectionEnd);
  const field = bar.querySelector("[name=words]");
  if (chosen && !chosen.includes("\n")) field.value = chosen;
  bar.hidden = false;
  field.focus();
  field.select();
  search();
}

function close() {
  const hit = hits[current];
  bar.hidden = true;
  hits = [];
  mirror.rangesAt([], "found");
  page.focus();
  if (hit) page.setSelectionRange(...hit);
}

async function replace(all) {
  const { editor } = await import("./editor.js");
  // The page may have changed since it was searched.
  search({ from: hits[current]?.[0] ?? 0 });
  if (!hits.length) return;
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

const ACTS = { next: () => step(1), previous: () => step(-1), replace: () => replace(false), all: () => replace(true), close };

if (page && bar) {
  document.addEventListener("keydown", (event) => {
    const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "f";
    // A second time the key is the browser's own.
    if (isFind && document.activeElement === page) open();
    else if (event.key === "F3" && !bar.hidden) step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && bar.contains(document.activeElement)) close();
    else return;
    event.preventDefault();
  });
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox])")) return;
    event.preventDefault();
    step(event.shiftKey ? -1 : 1);
  });
  bar.addEventListener("input", (event) => {
    if (event.target.name !== "other") search();
  });
  bar.addEventListener("click", (event) => ACTS[event.target.closest("[data-find]")?.dataset.find]?.());
  page.addEventListener("input", () => {
    if (!bar.hidden) search({ from: hits[current]?.[0] ?? 0 });
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
