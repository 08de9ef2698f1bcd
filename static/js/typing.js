// Typing aids: French typography in French stories, by a switch that this device remembers. What they change is typed
// by the browser, so that undo takes it back; so does Backspace, right after.
import { recall, remember } from "./studio-memory.js";
import { typed } from "./typing-fr.js";

const text = document.querySelector(".editor__text");
const button = document.querySelector("[data-typing]");
const isFrench = text?.lang.startsWith("fr") ?? false;
let isOn = recall("typing", isFrench) && isFrench;
let last = null;

// The line above says whether "- " goes on with a list.
const isInList = (before) => /(?:^|\n)[ \t]*[-+*] .*\n-$/.test(before);

function put(remove, insert) {
  text.setSelectionRange(text.selectionStart - remove, text.selectionStart);
  document.execCommand("insertText", false, insert);
}

function show() {
  if (!button) return;
  button.hidden = !isFrench;
  button.setAttribute("aria-pressed", String(isOn));
}

if (text) {
  text.addEventListener("beforeinput", (event) => {
    const isKey = event.inputType === "insertText" && event.data?.length === 1 && !event.isComposing;
    if (!isOn || !isKey || text.selectionStart !== text.selectionEnd) return;
    const before = text.value.slice(Math.max(0, text.selectionStart - 2000), text.selectionStart);
    const change = typed(before, event.data, { isInList: isInList(before) });
    if (!change) return;
    event.preventDefault();
    const gone = before.slice(before.length - change.remove);
    put(change.remove, change.insert);
    last = { end: text.selectionStart, insert: change.insert, was: gone + event.data };
  });
  text.addEventListener("keydown", (event) => {
    const undone = last;
    last = null;
    if (event.key !== "Backspace" || !undone || event.ctrlKey || event.altKey || event.metaKey) {
      if (["Shift", "AltGraph"].includes(event.key)) last = undone;
      return;
    }
    if (text.selectionStart !== undone.end || text.selectionEnd !== undone.end) return;
    event.preventDefault();
    put(undone.insert.length, undone.was);
  });
  button?.addEventListener("click", () => {
    isOn = !isOn;
    remember("typing", isOn);
    show();
  });
  show();
}
