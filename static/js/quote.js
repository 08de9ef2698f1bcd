// What is marked in a chapter can be quoted in a comment: opening "About a passage" takes it along.
const MOST = 500;
let marked = "";

document.addEventListener("selectionchange", () => {
  const selection = document.getSelection();
  // The mark goes when one turns to the comment; what was marked last is meant.
  if (!selection || selection.isCollapsed) return;
  const at = selection.anchorNode;
  const element = at?.nodeType === Node.ELEMENT_NODE ? at : at?.parentElement;
  if (element?.closest(".prose--book")) marked = selection.toString().replace(/\s+/g, " ").trim().slice(0, MOST);
});

document.addEventListener(
  "toggle",
  ({ target }) => {
    const quote = target.open ? target.querySelector?.(":scope > [data-quote]") : null;
    if (quote && !quote.value) quote.value = marked;
  },
  true,
);
