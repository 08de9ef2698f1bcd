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

// Enter at the end of an item goes on with the list; in an empty one it ends it.
function continueList(text, event) {
  const { selectionStart: start, selectionEnd: end, value } = text;
  if (start !== end) return;
  const begin = value.lastIndexOf("\n", start - 1) + 1;
  const item = /^([ \t]*)([-+*]|(\d{1,9})([.)]))[ \t]+(.*)$/.exec(value.slice(begin, start));
  if (!item) return;
  event.preventDefault();
  if (!item[5]) {
    text.setSelectionRange(begin, start);
    type(text, "\n");
    return;
  }
  type(text, `\n${item[1]}${item[3] ? Number(item[3]) + 1 + item[4] : item[2]} `);
}

// One stop of the Tab key for the whole toolbar; the arrows go from tool to tool.
function rove(toolbar) {
  const tools = [...toolbar.querySelectorAll("button")];
  const choose = (tool) => {
    for (const each of tools) each.tabIndex = each === tool ? 0 : -1;
  };
  choose(tools[0]);
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const place = { Home: 0, End: tools.length - 1 }[event.key] ?? tools.indexOf(document.activeElement) + (step ?? 0);
    if (!step && !["Home", "End"].includes(event.key)) return;
    event.preventDefault();
    const tool = tools[(place + tools.length) % tools.length];
    choose(tool);
    tool.focus();
  });
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
  rove(toolbar);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.isComposing) {
      continueList(text, event);
      return;
    }
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const mark = { b: "**", i: "*" }[event.key];
    if (!mark) return;
    event.preventDefault();
    wrap(text, mark);
  });
}
