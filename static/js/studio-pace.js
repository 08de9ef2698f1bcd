// How long the chapter reads, and how many words of a goal are written in this sitting, all of the story's chapters
// together. A sitting lasts as long as the tab; the goal is remembered on this device.
import { recall, remember } from "./studio-memory.js";

const WORDS_A_MINUTE = 230;
const line = document.getElementById("editor-goal");
const goalField = document.getElementById("studio-goal");
const reading = document.getElementById("reading-time");
const editor = document.getElementById("editor");
const chapter = editor?.dataset.chapter;
const language = document.documentElement.lang;

function sitting() {
  try {
    return JSON.parse(sessionStorage.getItem(`sitting.${line.dataset.story}`)) ?? {};
  } catch {
    return {};
  }
}

function keep(all) {
  try {
    sessionStorage.setItem(`sitting.${line.dataset.story}`, JSON.stringify(all));
  } catch {
    // The count then begins anew with each page.
  }
}

function begin(words) {
  const all = sitting();
  const before = all[chapter];
  // Words that came from elsewhere since the page was left were not written here.
  const from = before ? before.from + Math.max(0, words - before.now) : words;
  keep({ ...all, [chapter]: { from, now: words } });
}

function written() {
  const sum = Object.values(sitting()).reduce((total, { from, now }) => total + now - from, 0);
  return Math.max(0, sum);
}

function readingTime(words) {
  const minutes = Math.max(1, Math.round(words / WORDS_A_MINUTE));
  const { one, many, hours } = reading.dataset;
  if (minutes >= 60) return hours.replace("%h", Math.floor(minutes / 60)).replace("%m", minutes % 60);
  return minutes === 1 ? one : many.replace("%n", minutes);
}

function show(words) {
  reading.textContent = words ? readingTime(words) : "";
  const goal = recall("goal", 0);
  line.hidden = !goal;
  if (!goal) return;
  const done = written();
  const [bar, said] = line.children;
  bar.max = goal;
  bar.value = Math.min(done, goal);
  said.textContent = (done >= goal ? line.dataset.reached : line.dataset.line)
    .replace("{done}", done.toLocaleString(language))
    .replace("{goal}", goal.toLocaleString(language));
}

function enliven() {
  let words = Number(editor.dataset.words);
  begin(words);
  show(words);
  document.addEventListener("costory:counted", (event) => {
    words = event.detail.words;
    const all = sitting();
    keep({ ...all, [chapter]: { ...all[chapter], now: words } });
    show(words);
  });
  goalField.value = recall("goal", 0) || "";
  goalField.addEventListener("input", () => {
    remember("goal", Math.max(0, Math.min(50_000, Math.round(Number(goalField.value)) || 0)));
    show(words);
  });
}

if (line && goalField && chapter) enliven();
