// Who wrote what, shown softly behind the text: what the coach wrote, and what of it the writer changed.
//
// The record is of the text as it is stored, and counts in code points; the page may be a few words ahead of it, which
// the mirror carries along until the next save brings a new one.
import { mirror } from "./editor-mirror.js";

const legend = document.getElementById("tint-legend");
const text = document.getElementById("chapter-text");
let isOn = false;

export const isTinted = () => isOn;

// Runs of [code points, source] as ranges of UTF-16 units; null if they are not of this text.
export function rangesOf(runs, words) {
  const ranges = [];
  let place = 0;
  for (const [length, source] of runs) {
    const start = place;
    for (let count = 0; count < length; count += 1) {
      if (place >= words.length) return null;
      place += words.codePointAt(place) > 0xffff ? 2 : 1;
    }
    if (source !== "human") ranges.push({ start, end: place, className: `tint tint--${source}` });
  }
  return place === words.length ? ranges : null;
}

function showShares(shares) {
  const total = shares.human + shares.coach + shares.coach_edited;
  const format = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  for (const slot of legend.querySelectorAll("[data-share]")) {
    slot.textContent = format.format(total ? shares[slot.dataset.share] / total : slot.dataset.share === "human");
  }
}

async function draw() {
  if (!isOn) return;
  const words = text.value;
  const answer = await fetch(`${text.form.getAttribute("action")}provenance/`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!isOn || !answer?.ok) return;
  // Half an answer is none.
  const record = await answer.json().catch(() => null);
  if (!record) return;
  showShares(record.shares);
  // Typed on while the answer was under way: what follows the next save fits again.
  const ranges = rangesOf(record.runs, words);
  if (!ranges) return;
  mirror.rangesAt(ranges, "tint", words);
}

export async function toggleTint() {
  isOn = !isOn;
  legend.hidden = !isOn;
  if (isOn) await draw();
  else mirror.rangesAt([], "tint");
}

document.addEventListener("costory:saved", draw);
