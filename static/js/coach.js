// The coach's margin: watches replies as they are written.
//
// An element with data-stream is a reply that has not ended. Its text is appended as text, never as markup; when the
// stream ends, or cannot be had, the server's own fragment takes its place. Only the start and the end are announced.
import "./composer.js";

const watched = new Map();

function announce(which, reply) {
  const region = document.getElementById(reply.matches(".proposal") ? "desk-announcement" : "chat-announcement");
  if (region) region.textContent = region.dataset[which] ?? "";
}

function scroller(element) {
  for (let box = element.parentElement; box; box = box.parentElement) {
    if (box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY)) return box;
  }
  return document.scrollingElement;
}

function isAtEnd(box) {
  return box.scrollHeight - box.scrollTop - box.clientHeight < 80;
}

function forget(reply) {
  watched.get(reply)?.close();
  watched.delete(reply);
}

function settle(reply) {
  forget(reply);
  if (!reply.isConnected) return;
  announce("ended", reply);
  const box = scroller(reply);
  const follows = isAtEnd(box) && reply.checkVisibility();
  window.htmx.ajax("GET", reply.dataset.replyUrl, { target: reply, swap: "outerHTML" }).then(() => {
    if (follows) box.scrollTop = box.scrollHeight;
  });
  document.body.dispatchEvent(new CustomEvent("wallet-changed"));
}

function watch(reply) {
  if (watched.has(reply)) return;
  const source = new EventSource(`${reply.dataset.stream}&offset=${reply.dataset.offset}`);
  watched.set(reply, source);
  const text = reply.querySelector(".message__stream");
  announce("begun", reply);
  source.addEventListener("delta", (event) => {
    const box = scroller(reply);
    const follows = isAtEnd(box) && reply.checkVisibility();
    text.append(JSON.parse(event.data).text);
    if (follows) box.scrollTop = box.scrollHeight;
  });
  for (const end of ["done", "stopped", "failed"]) source.addEventListener(end, () => settle(reply));
  source.addEventListener("error", () => {
    // Still connecting: the browser comes back by itself, with the last event it has. Closed: the permit has expired.
    if (source.readyState === EventSource.CLOSED) settle(reply);
  });
}

function look(root) {
  for (const reply of watched.keys()) if (!reply.isConnected) forget(reply);
  const found = root.matches?.("[data-stream]") ? [root] : root.querySelectorAll?.("[data-stream]");
  for (const reply of found ?? []) watch(reply);
  // A conversation is opened at its end, beside the page; as a page of its own, and on a phone, it is read from the
  // top, unless something is being written.
  const chat = root.id === "chat" ? root : null;
  const messages = chat?.querySelector("#chat-messages");
  if (messages?.closest(".studio__coach") && chat.checkVisibility()) {
    const box = scroller(messages);
    if (box !== document.scrollingElement || found.length) box.scrollTop = box.scrollHeight;
  }
  // What would be sent comes beneath the field, where nobody looks.
  if (root.parentElement?.id === "chat-preview") {
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }
  // Who may be in danger sees at once where help is, whatever else there is to read.
  if (chat) {
    const care = [...chat.querySelectorAll(".care")].at(-1);
    const last = chat.querySelector("#chat-messages > :nth-last-child(2)");
    if (care && (last?.contains(care) || care.closest("#chat-composer"))) care.querySelector(".care__lines").scrollIntoView({ block: "center" });
  }
}

// Where the writer stands in the page and what is selected there, counted in characters as the server counts them.
const count = (text) => [...text].length;
function placeOf(page) {
  const start = count(page.value.slice(0, page.selectionStart));
  const end = start + count(page.value.slice(page.selectionStart, page.selectionEnd));
  return { cursor: end, start, end };
}

function tellPlace(event) {
  const page = document.querySelector(".editor__text");
  const isComposer = event.target.id === "chat-composer";
  if (!page || !(isComposer || event.target.matches?.("[data-at-place]"))) return;
  const place = placeOf(page);
  event.detail.parameters.cursor = place.cursor;
  if (isComposer) return;
  event.detail.parameters.start = place.start;
  event.detail.parameters.end = place.end;
}

// What was pressed is another button, or none, when the answer is there, and the keyboard would begin at the top of the
// page again: it stays in the form, or at the reply, it was in, else at what the coach does now. On a phone the field is
// left alone, or the keyboard on the screen would cover the answer.
const PLACES = "#chat-composer, #desk-form, [id^=reply-], [id^=proposal-], #chat";
let pressed = "";
function keepPlace(root) {
  const place = pressed && (root.id === pressed ? root : root.querySelector?.(`#${CSS.escape(pressed)}`));
  if (!place) return;
  pressed = "";
  if (document.activeElement && document.activeElement !== document.body) return;
  const field = place.id === "chat-composer" && matchMedia("(pointer: fine)").matches && place.querySelector("textarea");
  const mark = place.matches("form") ? ".button--primary" : place.id === "chat" && ".chat__mode[aria-current=true]";
  const next = field || (mark && place.querySelector(mark)) || place;
  if (next === place) place.tabIndex = -1;
  next.focus({ preventScroll: true });
}
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("form, a")) pressed = event.target.closest(PLACES)?.id ?? "";
});

document.addEventListener("htmx:load", (event) => {
  look(event.target);
  keepPlace(event.target);
});
document.addEventListener("htmx:configRequest", tellPlace);
// What is proposed for a place is proposed for the text the server has: it is saved before the question goes out.
document.addEventListener("htmx:confirm", async (event) => {
  if (event.target.id !== "desk-form" || !document.getElementById("editor")) return;
  event.preventDefault();
  const { editor } = await import("./editor.js");
  if (await editor.save()) event.detail.issueRequest(true);
});
// The price of a reworking is that of the passage: it follows what is selected.
let selecting = 0;
document.addEventListener("selectionchange", () => {
  const page = document.querySelector(".editor__text");
  const shown = document.querySelector("[data-passage]");
  if (!shown || document.activeElement !== page || !shown.checkVisibility({ visibilityProperty: true }) && !shown.hidden) return;
  clearTimeout(selecting);
  selecting = setTimeout(() => {
    const chosen = page.value.slice(page.selectionStart, page.selectionEnd).trim();
    if (shown.textContent === chosen) return;
    shown.textContent = chosen;
    shown.hidden = !chosen;
    window.htmx.trigger("#desk-price", "costory:place");
  }, 400);
});
document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("[data-submit-on=ctrl-enter]");
  if (field && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form.requestSubmit();
  }
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy-from]");
  if (!button) return;
  const label = button.textContent;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copyFrom)?.innerText ?? "");
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = label), 2000);
});
// Into the page: where the cursor stands, in place of what is selected. The page is saved first, so that the server
// and the writer mean the same text; then the server writes it, and the page takes over what it wrote.
async function takeIn(form, verdict) {
  const { editor } = await import("./editor.js");
  const say = (message) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { message } }));
  if (!(await editor.save())) return;
  const { start, end } = placeOf(editor.text);
  const chosen = String(getSelection()).trim();
  const fields = new FormData(form);
  fields.set("chapter", document.getElementById("editor").dataset.chapter);
  fields.set("version", editor.version);
  fields.set("position", start);
  fields.set("replacing", end - start);
  if (verdict) fields.set("verdict", verdict);
  const body = form.closest(".message")?.querySelector(".message__body");
  if (chosen && body?.contains(getSelection().anchorNode)) fields.set("text", chosen);
  const post = () => fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: fields, redirect: "error" });
  let answer = await post();
  if (answer.status === 422 && fields.has("text")) {
    // What is selected on the screen is not always word for word what was written; then it is the whole reply.
    fields.delete("text");
    answer = await post();
  }
  const written = await answer.json();
  if (!answer.ok) return say(written.message);
  // As one step that can be undone.
  editor.replaceText(written.content, { version: written.version });
  say(form.dataset.taken);
  if (form.dataset.card) window.htmx.ajax("GET", form.dataset.card, { target: form.closest(".message"), swap: "outerHTML" });
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-take-in]");
  if (!form || !document.getElementById("editor")) return;
  event.preventDefault();
  takeIn(form, event.submitter?.value).catch(() => form.submit());
});
window.addEventListener("pagehide", () => {
  for (const reply of [...watched.keys()]) forget(reply);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) look(document);
});
look(document);
