// The page being written: saved one second after the last key and at least every five, one save at a time.
//
// Until the server has acknowledged a text, a copy of it stays in this browser (IndexedDB), through reloads, lost
// networks and expired logins. A save that comes too late is never repeated by itself: the writer chooses.
const form = document.getElementById("editor");
const text = form.querySelector(".editor__text");
const title = form.querySelector(".editor__title");
const version = form.querySelector("[name=version]");
const notice = document.getElementById("editor-notice");
const QUIET_MS = 1000;
const LONGEST_MS = 5000;
const RETRY_MS = 5000;
// What a browser sends after the page is gone is limited to 64 kB in all.
const KEEPALIVE_BYTES = 60_000;

let saved = { title: title.value, content: text.value };
let isSaving = false;
let isPaused = Boolean(document.getElementById("conflict"));
let quiet = 0;
let longest = 0;

// --- The copy on this device ---

const store = new Promise((resolve) => {
  const opening = indexedDB.open("costory", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("chapters", { keyPath: "id" });
  opening.onsuccess = () => resolve(opening.result);
  // Private windows may forbid it; saving then relies on the network alone.
  opening.onerror = () => resolve(null);
});

async function inStore(mode, act) {
  const database = await store;
  if (!database) return undefined;
  return new Promise((resolve) => {
    const request = act(database.transaction("chapters", mode).objectStore("chapters"));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(undefined);
  });
}

const keepCopy = () =>
  inStore("readwrite", (chapters) =>
    chapters.put({ id: form.dataset.chapter, version: version.value, title: title.value, content: text.value }),
  );
const dropCopy = () => inStore("readwrite", (chapters) => chapters.delete(form.dataset.chapter));
const readCopy = () => inStore("readonly", (chapters) => chapters.get(form.dataset.chapter));

// --- What the writer sees ---

function show(state, message) {
  const line = form.querySelector(".editor__save-state");
  line.dataset.state = state;
  line.textContent = message;
  return line;
}

function countWords() {
  const words = text.value.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’·-]*/gu)?.length ?? 0;
  const shown = form.querySelector(".editor__words");
  const number = words.toLocaleString(document.documentElement.lang);
  shown.textContent = words === 1 ? form.dataset.wordsOne : form.dataset.wordsMany.replace("%n", number);
}

// CSS does it where it can (field-sizing).
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight}px`;
}

// The list of chapters beside the page says what the page says.
function tellList() {
  const link = document.querySelector(".chapter-list__link[aria-current]");
  if (!link) return;
  link.querySelector(".chapter-list__title").textContent = title.value.trim() || title.placeholder;
  link.querySelector(".chapter-list__words").textContent = form.querySelector(".editor__words").textContent;
}

const isDirty = () => text.value !== saved.content || title.value !== saved.title;

// --- Saving ---

function schedule() {
  if (isPaused) return;
  clearTimeout(quiet);
  quiet = setTimeout(save, QUIET_MS);
  longest ||= setTimeout(save, LONGEST_MS);
}

function body(words) {
  const data = new FormData(form);
  data.set("title", words.title);
  data.set("content", words.content);
  return new URLSearchParams(data);
}

async function save() {
  clearTimeout(quiet);
  clearTimeout(longest);
  longest = 0;
  if (isSaving || isPaused || !isDirty()) return;
  isSaving = true;
  const sent = { title: title.value, content: text.value };
  show("saving", form.dataset.saving);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { "HX-Request": "true" },
      body: body(sent),
      redirect: "error",
    });
    await take(answer, sent);
  } catch {
    show("offline", form.dataset.offline);
    quiet = setTimeout(save, RETRY_MS);
  } finally {
    isSaving = false;
  }
  if (isDirty() && !isPaused && !quiet) schedule();
}

async function take(answer, sent) {
  quiet = 0;
  if (answer.headers.has("HX-Redirect")) {
    const line = show("error", `${form.dataset.login} `);
    const link = document.createElement("a");
    link.href = form.dataset.loginUrl;
    link.target = "_blank";
    link.textContent = form.dataset.loginLabel;
    line.append(link);
    quiet = setTimeout(save, RETRY_MS);
    return;
  }
  if (answer.ok) {
    const status = parse(await answer.text());
    version.value = status.dataset.version;
    saved = sent;
    form.querySelector("#editor-status").replaceWith(status);
    countWords();
    tellList();
    if (isDirty()) await keepCopy();
    else await dropCopy();
    if (isDirty()) schedule();
  } else if (answer.status === 409) {
    isPaused = true;
    notice.replaceChildren(parse(await answer.text()));
    show("conflict", form.dataset.conflict);
    notice.scrollIntoView({ block: "nearest" });
  } else if (answer.status === 413) {
    show("error", form.dataset.tooLong);
  } else if (answer.status === 422) {
    show("error", parse(await answer.text()).querySelector(".editor__save-state").textContent);
  } else {
    show("error", form.dataset.error);
    // A login in another tab has changed the form's token.
    if (answer.status === 403) await renewToken();
    quiet = setTimeout(save, RETRY_MS);
  }
}

async function renewToken() {
  const answer = await fetch(form.action);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("#editor [name=csrfmiddlewaretoken]")?.value;
  if (!token) return;
  form.querySelector("[name=csrfmiddlewaretoken]").value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

// The server's own fragments: parsed, not run.
function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

// --- Choosing after a conflict ---

notice.addEventListener("click", async (event) => {
  const choice = event.target.closest("a[data-conflict-keep=theirs]");
  if (!choice) return;
  event.preventDefault();
  await dropCopy();
  location.assign(choice.href);
  location.reload();
});
notice.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-conflict-keep=mine]")) return;
  event.preventDefault();
  version.value = document.getElementById("conflict").dataset.version;
  saved = { title: null, content: null };
  isPaused = false;
  notice.replaceChildren();
  text.focus();
  save();
});

// --- Keys, marks, leaving ---

function wrap(mark) {
  const { selectionStart: start, selectionEnd: end, value } = text;
  text.setRangeText(`${mark}${value.slice(start, end)}${mark}`, start, end, "end");
  if (start === end) text.selectionStart = text.selectionEnd = start + mark.length;
  text.focus();
  changed();
}

function beginLine(prefix) {
  const start = text.value.lastIndexOf("\n", text.selectionStart - 1) + 1;
  text.setRangeText(prefix, start, start, "preserve");
  text.focus();
  changed();
}

form.querySelector(".editor__toolbar").addEventListener("click", (event) => {
  const tool = event.target.closest("button");
  if (tool?.dataset.mark) wrap(tool.dataset.mark);
  else if (tool?.dataset.line) beginLine(tool.dataset.line);
  else if (tool?.dataset.insert) {
    text.setRangeText("\n\n---\n\n", text.selectionStart, text.selectionEnd, "end");
    text.focus();
    changed();
  }
});

function changed() {
  grow();
  countWords();
  keepCopy();
  if (!isPaused && !isSaving) show("unsaved", form.dataset.unsaved);
  schedule();
}

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  save();
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey)) return;
  if (event.key === "s") {
    event.preventDefault();
    save();
  } else if (event.target === text && event.key === "b") {
    event.preventDefault();
    wrap("**");
  } else if (event.target === text && event.key === "i") {
    event.preventDefault();
    wrap("*");
  }
});

function leave() {
  if (isPaused || !isDirty()) return;
  const data = body({ title: title.value, content: text.value });
  // What is longer stays in the copy on this device and is saved when the chapter is opened again.
  if (data.toString().length > KEEPALIVE_BYTES) return;
  fetch(form.action, { method: "POST", headers: { "HX-Request": "true" }, body: data, keepalive: true }).catch(() => {});
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") save();
});
window.addEventListener("pagehide", leave);
window.addEventListener("online", save);

// --- Coming back ---

const copy = await readCopy();
if (copy && !isPaused) {
  if (copy.content === text.value && copy.title === title.value) dropCopy();
  else {
    // Written from the version it names: if the server has moved on since, it will say so and show both.
    title.value = copy.title;
    text.value = copy.content;
    version.value = copy.version;
    changed();
    save();
  }
}
grow();
countWords();
