// The small toolbar: Markdown's marks for those who need not know them. Typed by the browser itself, so that its own
// undo takes them back.
function type(text, words) {
  text.focus();
  if (document.execCommand?.("insertText", false, words)) return;
  text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function wrap(text, mark) {
  const { selectionStart: start, selectionEnd: end } = text;
  type(text, `${mark}${text.value.slice(start, end)}${mark}`);
  if (start === end) text.selectionStart = text.selectionEnd = start + mark.length;
  else text.setSelectionRange(start + mark.length, end + mark.length);
}

function beginLine(text, prefix) {
  const { selectionStart: start, selectionEnd: end } = text;
  const line = text.value.lastIndexOf("\n", start - 1) + 1;
  text.setSelectionRange(line, line);
  type(text, prefix);
  text.setSelectionRange(start + prefix.length, end + prefix.length);
}

export function offerMarks(toolbar, text) {
  // The text keeps its selection when a tool is pressed.
  toolbar.addEventListener("pointerdown", (event) => event.preventDefault());
  toolbar.addEventListener("click", (event) => {
    const tool = event.target.closest("button");
    if (tool?.dataset.mark) wrap(text, tool.dataset.mark);
    else if (tool?.dataset.line) beginLine(text, tool.dataset.line);
    else if (tool?.dataset.insert === "scene") type(text, "\n\n---\n\n");
  });
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const mark = { b: "**", i: "*" }[event.key];
    if (!mark) return;
    event.preventDefault();
    wrap(text, mark);
  });
}
