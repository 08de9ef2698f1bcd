// The message being written to the coach: a copy on this device until the server has it, and a passage to point at.
import { openCopies } from "./editor-copies.js";

const drafts = new Map();
const formOf = (element) => element?.closest?.("#chat-composer");

function draftOf(key) {
  if (!drafts.has(key)) drafts.set(key, { copies: openCopies(`talk:${key}`), words: null, timer: 0, other: null });
  return drafts.get(key);
}

function showQuote(form, quote) {
  form.elements.quote.value = quote;
  const shown = form.querySelector("[data-quote-shown]");
  shown.hidden = !quote;
  shown.querySelector("blockquote").textContent = quote;
}

function keep(form) {
  const draft = draftOf(form.dataset.draft);
  draft.words = { content: form.elements.content.value, quote: form.elements.quote.value };
  clearTimeout(draft.timer);
  draft.timer = setTimeout(() => {
    if (draft.words?.content || draft.words?.quote) draft.copies.keep(draft.words);
    else draft.copies.drop();
  }, 300);
}

async function takeUp(form) {
  const draft = draftOf(form.dataset.draft);
  // What the server gave back after a refusal is what stands.
  if (form.elements.content.value) return keep(form);
  const left = draft.words ?? (await draft.copies.left());
  if (!left || !form.isConnected || form.elements.content.value) return undefined;
  draft.other = left.page ?? draft.other;
  form.elements.content.value = left.content;
  if (left.quote) showQuote(form, left.quote);
  form.elements.content.dispatchEvent(new Event("input", { bubbles: true }));
  return undefined;
}

function forget(form) {
  const draft = draftOf(form.dataset.draft);
  clearTimeout(draft.timer);
  draft.words = null;
  draft.copies.drop();
  if (draft.other) draft.copies.dropOther(draft.other);
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (form && event.target === form.elements.content) keep(form);
});
document.addEventListener("htmx:load", (event) => {
  const form = event.target.querySelector?.("#chat-composer");
  if (form) takeUp(form);
});
// Before the answer is put in: the composer that comes with it begins empty.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  // A login page in place of an answer is no answer.
  if (requestConfig?.elt.id === "chat-composer" && xhr.status < 300 && !xhr.getResponseHeader("HX-Redirect")) {
    forget(requestConfig.elt);
  }
});
document.addEventListener("click", (event) => {
  const form = formOf(event.target.closest?.("[data-quote-take], [data-quote-drop]"));
  if (!form) return;
  const page = document.querySelector(".editor__text");
  const isDropped = event.target.closest("[data-quote-drop]");
  const chosen = page?.value.slice(page.selectionStart, page.selectionEnd).trim() ?? "";
  if (!isDropped && !chosen) {
    const message = event.target.closest("[data-quote-take]").dataset.nothing;
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { message } }));
    return;
  }
  showQuote(form, isDropped ? "" : chosen.slice(0, 4000));
  keep(form);
  form.elements.content.focus();
});
const here = document.getElementById("chat-composer");
if (here) takeUp(here);
