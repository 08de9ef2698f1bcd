// Notes in the margin: a new one stands beside what is selected; a click on its words leads back to them.
const text = document.querySelector(".editor__text");
const MOST = 300;
let selected = null;

// The selection is looked at while the page still has it: writing the note takes the focus away.
function remember() {
  if (document.activeElement !== text) return;
  const { selectionStart: start, selectionEnd: end } = text;
  selected = end > start ? { start, words: text.value.slice(start, Math.min(end, start + MOST)) } : null;
  show();
}

function show() {
  const form = document.getElementById("note-new");
  if (!form) return;
  const quote = form.querySelector("[data-note-quote]");
  quote.hidden = !selected;
  quote.textContent = selected?.words ?? "";
  form.elements.quote.value = selected?.words ?? "";
  form.elements.position.value = selected ? [...text.value.slice(0, selected.start)].length : "";
}

// The place nearest to where the words stood: texts move.
function find(words, place) {
  let best = -1;
  for (let at = text.value.indexOf(words); at >= 0; at = text.value.indexOf(words, at + 1)) {
    if (best < 0 || Math.abs(at - place) < Math.abs(best - place)) best = at;
  }
  return best;
}

if (text) {
  document.addEventListener("selectionchange", remember);
  document.addEventListener("costory:undo", ({ detail: { url } }) => {
    if (!url.includes("/notes/")) return;
    const values = { csrfmiddlewaretoken: document.querySelector("#notes [name=csrfmiddlewaretoken]")?.value ?? "" };
    window.htmx.ajax("POST", url, { target: "#notes", swap: "outerHTML", values });
  });
  document.addEventListener("htmx:load", (event) => event.target.id === "notes" && show());
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-note-go]");
    if (!button) return;
    const words = button.dataset.noteWords;
    const place = [...text.value].slice(0, Number(button.dataset.noteGo)).join("").length;
    const at = find(words, place);
    if (at < 0) {
      button.disabled = true;
      return;
    }
    location.hash = "page";
    text.focus();
    text.setSelectionRange(at, at + words.length);
    text.blur();
    text.focus();
  });
}
