// The coach's margin: watches replies as they are written.
//
// An element with data-stream is a reply that has not ended. Its text is appended as text, never as markup; when the
// stream ends, or cannot be had, the server's own fragment takes its place. Only the start and the end are announced.
const watched = new Map();

function announce(which) {
  const region = document.getElementById("chat-announcement");
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
  announce("ended");
  window.htmx.ajax("GET", reply.dataset.replyUrl, { target: reply, swap: "outerHTML" });
  document.body.dispatchEvent(new CustomEvent("wallet-changed"));
}

function watch(reply) {
  if (watched.has(reply)) return;
  const source = new EventSource(`${reply.dataset.stream}&offset=${reply.dataset.offset}`);
  watched.set(reply, source);
  const text = reply.querySelector(".message__stream");
  announce("begun");
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
  // A conversation is opened at its end, beside the page; as a page of its own it is read from the top.
  const chat = root.id === "chat" ? root : null;
  if (chat?.closest(".studio__coach") && chat.checkVisibility()) {
    const box = scroller(chat.querySelector("#chat-messages"));
    if (box !== document.scrollingElement) box.scrollTop = box.scrollHeight;
  }
}

// Where the writer stands in the page, counted in characters as the server counts them.
function cursorOf(form) {
  const page = document.querySelector(".editor__text");
  const field = form.querySelector("[name=cursor]");
  if (page && field) field.value = [...page.value.slice(0, page.selectionStart)].length;
}

document.addEventListener("htmx:load", (event) => look(event.target));
document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target.closest?.("#chat-composer");
  if (form && event.target === form) {
    cursorOf(form);
    event.detail.parameters.cursor = form.querySelector("[name=cursor]")?.value ?? "";
  }
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
async function takeIn(form) {
  const { editor } = await import("./editor.js");
  const say = (message) => document.body.dispatchEvent(new CustomEvent("toast", { detail: { message } }));
  if (!(await editor.save())) return;
  const text = editor.text.value;
  const start = editor.text.selectionStart;
  const end = editor.text.selectionEnd;
  const chosen = String(getSelection()).trim();
  const fields = new FormData(form);
  fields.set("chapter", document.getElementById("editor").dataset.chapter);
  fields.set("version", editor.version);
  fields.set("position", [...text.slice(0, start)].length);
  fields.set("replacing", [...text.slice(start, end)].length);
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
  // What is new between the same beginning and the same end, as one step that can be undone.
  const tail = text.length - end;
  editor.insertAt(start, written.content.slice(start, written.content.length - tail), {
    version: written.version,
    replacing: end - start,
  });
  say(form.dataset.taken);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-take-in]");
  if (!form || !document.getElementById("editor")) return;
  event.preventDefault();
  takeIn(form).catch(() => form.submit());
});
window.addEventListener("pagehide", () => {
  for (const reply of [...watched.keys()]) forget(reply);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) look(document);
});
look(document);
