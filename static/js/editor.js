// The page being written: saved one second after the last key and at least every five, one save at a time.
//
// Until the server has acknowledged a text, a copy of it stays in this browser, through reloads, lost networks and
// expired logins. A save that comes too late is never repeated by itself: the writer chooses.
import { canKeep, openCopies } from "./editor-copies.js";
import { offerMarks } from "./editor-marks.js";
import { localTime } from "./local-times.js";

const form = document.getElementById("editor");
const text = form.querySelector(".editor__text");
const title = form.querySelector(".editor__title");
const version = form.querySelector("[name=version]");
const notice = document.getElementById("editor-notice");
const announcement = document.getElementById("editor-announcement");
const copies = openCopies(form.dataset.chapter);

const QUIET_MS = 1000;
const LONGEST_MS = 5000;
const RETRY_MS = 5000;
const COPY_MS = 300;
const MOST_CHARACTERS = 1_000_000;
// What a browser still sends after the page is gone is limited to 64 kB in all.
const KEEPALIVE_BYTES = 60_000;

const wordsNow = () => ({ title: title.value, content: text.value });
const areSame = (one, other) => one.title === other.title && one.content === other.content;

// What the server is known to have, and what it may have because its answer never came.
let saved = { title: title.defaultValue, content: text.defaultValue };
let inDoubt = [];
let isSaving = false;
let isMerged = false;
let isTakingOver = false;
let underWay = Promise.resolve();
let isLoggedOut = false;
let isPaused = Boolean(document.getElementById("conflict"));
let quiet = 0;
let longest = 0;
let copying = 0;

const isDirty = () => !areSame(wordsNow(), saved);

// --- What the writer sees ---

function show(state, message) {
  const line = form.querySelector(".editor__save-state");
  // The way to the login stays until it is no longer needed: whoever reaches for it has just left the text.
  if (isLoggedOut && ["saving", "unsaved"].includes(state)) return line;
  line.dataset.state = state;
  if (line.textContent !== message) line.textContent = message;
  // Spoken only when something asks for the writer's attention, and once.
  const isTrouble = ["offline", "error", "conflict"].includes(state);
  if (announcement.textContent !== (isTrouble ? message : "")) announcement.textContent = isTrouble ? message : "";
  return line;
}

const showSaved = () => show("saved", form.dataset.saved.replace("{time}", localTime(new Date())));

// As costory.lib.markdown counts them; the server's own figure comes with each save.
function wordCount(content) {
  return content
    .replace(/\]\([^()\s]*\)/g, "] ")
    .replace(/^[ \t>]*\d{1,9}[.)](?=\s)/gm, "")
    .replace(/(?<=\d)[\u202f\u00a0](?=\d{3})/g, "")
    .replace(/[—―]/g, " ")
    .split(/\s+/)
    .filter((run) => /[\p{L}\p{N}]/u.test(run)).length;
}

let counting = 0;
function countSoon() {
  counting ||= setTimeout(() => {
    counting = 0;
    const words = wordCount(text.value);
    const number = words.toLocaleString(document.documentElement.lang);
    const line = words === 1 ? form.dataset.wordsOne : form.dataset.wordsMany.replace("%n", number);
    form.querySelector(".editor__words").textContent = line;
    tellList();
    form.dispatchEvent(new CustomEvent("costory:counted", { bubbles: true, detail: { words } }));
  }, 200);
}

// For what stands beside the page and goes by what is stored: the record of who wrote what, the codex, the coach.
function tellSaved() {
  const detail = { version: Number(version.value), words: wordCount(saved.content) };
  document.dispatchEvent(new CustomEvent("costory:saved", { detail }));
}

// The list of chapters beside the page says what the page says.
function tellList() {
  const link = document.querySelector(".chapter-list__link[aria-current]");
  if (!link) return;
  link.querySelector(".chapter-list__title").textContent = title.value.trim() || title.placeholder;
  link.querySelector(".chapter-list__words").textContent = form.querySelector(".editor__words").textContent;
}

// CSS does it where it can (field-sizing).
function grow() {
  if (CSS.supports("field-sizing", "content")) return;
  text.style.blockSize = "auto";
  text.style.blockSize = `${text.scrollHeight}px`;
}

// --- The copy on this device ---

function keepCopy() {
  clearTimeout(copying);
  copying = 0;
  return copies.keep({ version: Number(version.value), inDoubt, ...wordsNow() });
}

function dropCopy() {
  clearTimeout(copying);
  copying = 0;
  return copies.drop();
}

// --- Saving ---

function schedule() {
  if (isPaused) return;
  clearTimeout(quiet);
  quiet = setTimeout(save, QUIET_MS);
  longest ||= setTimeout(save, LONGEST_MS);
}

function retryLater() {
  clearTimeout(quiet);
  quiet = setTimeout(save, RETRY_MS);
}

function post(words, options = {}) {
  const data = new FormData(form);
  data.set("title", words.title);
  data.set("content", words.content);
  if (isMerged) data.set("is_merged", "1");
  const isSmall = new Blob([words.content]).size < KEEPALIVE_BYTES;
  return fetch(form.action, {
    method: "POST",
    headers: { "HX-Request": "true" },
    body: data,
    redirect: "error",
    keepalive: isSmall,
    ...options,
  });
}

async function save() {
  clearTimeout(quiet);
  clearTimeout(longest);
  longest = 0;
  if (isSaving || isPaused) return underWay;
  if (!isDirty()) {
    showSaved();
    return;
  }
  underWay = send();
  return underWay;
}

async function send() {
  const sent = wordsNow();
  if (sent.content.length > MOST_CHARACTERS && [...sent.content].length > MOST_CHARACTERS) {
    show("error", form.dataset.tooLong);
    return;
  }
  isSaving = true;
  show("saving", form.dataset.saving);
  inDoubt.push(sent);
  try {
    await take(await post(sent), sent);
  } catch {
    show("offline", form.dataset.offline);
    retryLater();
  } finally {
    isSaving = false;
  }
}

async function take(answer, sent) {
  const fragment = parse(await answer.text());
  isLoggedOut = answer.headers.has("HX-Redirect");
  if (isLoggedOut) {
    if (!form.querySelector(".editor__save-state button")) askForLogin();
    retryLater();
  } else if (answer.ok && Number(fragment?.dataset.version) > 0) {
    acknowledge(fragment, sent);
  } else if (answer.status === 409 && fragment?.id === "conflict") {
    meetConflict(fragment);
  } else if (answer.status === 403 && fragment?.id === "closed") {
    meetClosed(fragment);
  } else if (answer.status === 413) {
    show("error", form.dataset.tooLong);
  } else if (answer.status === 422) {
    show("error", fragment.querySelector(".editor__save-state").textContent.trim());
  } else if (answer.status === 404) {
    show("error", form.dataset.gone);
    retryLater();
  } else {
    show("error", form.dataset.error);
    // A login in another tab has changed the form's token: the next attempt has the new one.
    const renewed = answer.status === 403 ? await renewToken() : 0;
    if (renewed === 404) show("error", form.dataset.gone);
    if (renewed === 200) quiet = setTimeout(save);
    else retryLater();
  }
}

function acknowledge(fragment, sent) {
  version.value = fragment.dataset.version;
  form.querySelector("#editor-status").dataset.version = fragment.dataset.version;
  saved = sent;
  isMerged = false;
  inDoubt = [];
  takeToken(fragment);
  form.querySelector(".editor__words").textContent = fragment.querySelector(".editor__words").textContent;
  tellList();
  tellSaved();
  if (isDirty()) {
    keepCopy();
    show("unsaved", form.dataset.unsaved);
    schedule();
  } else {
    dropCopy();
    showSaved();
  }
}

function meetConflict(fragment) {
  const stored = {
    title: fragment.dataset.title,
    content: fragment.querySelector("[data-conflict-stored]").value,
  };
  if (inDoubt.slice(0, -1).some((words) => areSame(words, stored))) {
    // An earlier save had arrived after all, only its answer had not: this text goes on from it.
    version.value = fragment.dataset.version;
    saved = stored;
    inDoubt = [];
    keepCopy();
    quiet = setTimeout(save);
    return;
  }
  isPaused = true;
  isMerged = false;
  const base = saved.content;
  inDoubt = [];
  keepCopy();
  notice.replaceChildren(fragment);
  show("conflict", form.dataset.conflict);
  notice.scrollIntoView({ block: "start" });
  offerMerge(base);
}

// Readers have this chapter, and its writer may change nothing for them now: it stays here until they take it back.
function meetClosed(fragment) {
  isPaused = true;
  keepCopy();
  notice.replaceChildren(fragment);
  show("conflict", fragment.dataset.state);
  notice.scrollIntoView({ block: "start" });
}

// Where the two texts do not touch each other's words, both can go on. This page knows what both grew from.
async function offerMerge(base) {
  const asking = notice.querySelector("#conflict-merge");
  if (!asking || base === null) return;
  const data = new FormData(asking);
  data.set("base", base);
  try {
    const answer = await fetch(asking.action, {
      method: "POST",
      headers: { "HX-Request": "true" },
      body: data,
      redirect: "error",
    });
    const offer = answer.ok && parse(await answer.text());
    if (offer?.id === "merge") asking.replaceWith(offer);
  } catch {
    // The button to ask for it stays.
  }
}

// The login comes to the page, not the page to the login: the text stays where it is.
function askForLogin() {
  const line = show("error", form.dataset.login);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button button--small";
  again.textContent = form.dataset.loginLabel;
  again.addEventListener("click", () => openLogin());
  line.append(" ", again);
  openLogin();
}

// A fragment beside the page that meets an expired login would lead all of it to the login page, the text that is being
// written included. Here the login comes to the page.
document.addEventListener("htmx:beforeOnLoad", (event) => {
  const target = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!target || new URL(target, location).pathname !== new URL(form.dataset.loginUrl, location).pathname) return;
  event.preventDefault();
  openLogin();
});

function openLogin() {
  import("./editor-login.js").then(({ logIn }) =>
    logIn(form.dataset.loginUrl, async () => {
      await renewToken();
      isLoggedOut = false;
      await save();
      text.focus();
    }),
  );
}

function takeToken(fragment) {
  const token = fragment.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (!token) return false;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  return true;
}

// The status with which the server shows this chapter to whoever is logged in now.
async function renewToken() {
  const answer = await fetch(form.action, { headers: { "HX-Request": "true" }, redirect: "error" });
  const fragment = answer.ok ? parse(await answer.text()) : null;
  return fragment && !takeToken(fragment) ? 0 : answer.status;
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
  // What was written since is set aside too, among the earlier versions.
  const isKept = await post(wordsNow()).then(
    (answer) => answer.ok || answer.status === 409,
    () => false,
  );
  if (!isKept) {
    show("offline", form.dataset.offline);
    return;
  }
  await dropCopy();
  location.reload();
});

notice.addEventListener("submit", (event) => {
  const choice = event.target.dataset.conflictKeep;
  if (!choice) return;
  if (choice === "taken-back") {
    // An ordinary save, with what has been written by now: the page that comes shows the chapter as nobody's but theirs.
    event.target.elements.title.value = title.value;
    event.target.elements.content.value = text.value;
    return;
  }
  event.preventDefault();
  if (choice === "both") {
    // Typed into the page, as it were: the browser can undo it.
    isTakingOver = true;
    editor.replaceText(event.target.elements.content.value);
    isTakingOver = false;
    title.value = event.target.elements.title.value;
    version.value = event.target.elements.version.value;
    isMerged = true;
  } else {
    version.value = document.getElementById("conflict").dataset.version;
  }
  saved = { title: null, content: null };
  isPaused = false;
  notice.replaceChildren();
  text.focus();
  grow();
  countSoon();
  save();
});

// --- Keys, leaving, coming back ---

function changed() {
  if (isTakingOver) return;
  grow();
  countSoon();
  copying ||= setTimeout(keepCopy, COPY_MS);
  if (isPaused) return;
  if (!isSaving) show("unsaved", form.dataset.unsaved);
  schedule();
}

function leave() {
  if (!isDirty()) return;
  keepCopy();
  // In a conflict, or while an earlier save is under way, this one comes too late and is set aside by the server.
  if (isPaused || isSaving) post(wordsNow(), { keepalive: true }).catch(() => {});
  else save();
}

function listen() {
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("focusout", () => isDirty() && save());
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") isDirty() && save();
    else if (quiet) save();
  });
  window.addEventListener("focus", () => isDirty() && save());
  window.addEventListener("online", () => isDirty() && save());
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", (event) => {
    if (isDirty() && !canKeepCopies) event.preventDefault();
  });
  // The coach reads the text as it is stored, so what was just typed is stored first.
  document.addEventListener("htmx:confirm", (event) => {
    if (event.target.id !== "chat-composer" || !isDirty() || isPaused) return;
    event.preventDefault();
    save().finally(() => event.detail.issueRequest());
  });
  offerMarks(form.querySelector(".editor__toolbar"), text);
}

async function takeUp() {
  const copy = await copies.left();
  if (!copy) return;
  const stored = wordsNow();
  if (!areSame(copy, stored)) {
    // The page ended between a save and its answer: the copy goes on from what is stored.
    const isNext = copy.inDoubt?.some((words) => areSame(words, stored));
    // Otherwise it goes on from its own version: if the server has moved on since, it says so and shows both.
    version.value = isNext ? version.value : copy.version;
    title.value = copy.title;
    text.value = copy.content;
    await keepCopy();
    grow();
    countSoon();
    document.body.dispatchEvent(new CustomEvent("toast", { detail: { message: form.dataset.takenUp } }));
  }
  await copies.dropOther(copy.page);
}

// What other modules may do with the page. Changes by script are typed, as it were, so that the browser can undo them.
export const editor = {
  text,
  get version() {
    return Number(version.value);
  },
  get isDirty() {
    return isDirty();
  },
  // Whether the server now has what stands on the page.
  async save() {
    for (let attempt = 0; attempt < 3 && isDirty() && !isPaused; attempt += 1) await save();
    return !isDirty() && !isPaused;
  },
  // Puts a passage in place of `replacing` UTF-16 units. With a version, the server has written it there already.
  insertAt(position, passage, { version: written = 0, replacing = 0 } = {}) {
    isTakingOver = written > 0;
    text.focus();
    text.setSelectionRange(position, position + replacing);
    document.execCommand(passage ? "insertText" : "delete", false, passage);
    isTakingOver = false;
    if (written) takeOver(written);
  },
  // Makes the page say this, touching only what differs.
  replaceText(words, options = {}) {
    const before = text.value;
    const most = Math.min(before.length, words.length);
    let start = 0;
    while (start < most && before[start] === words[start]) start += 1;
    let end = 0;
    while (end < most - start && before[before.length - 1 - end] === words[words.length - 1 - end]) end += 1;
    const passage = words.slice(start, words.length - end);
    this.insertAt(start, passage, { ...options, replacing: before.length - end - start });
  },
};

// The text on the page is what the server has just written as this version.
function takeOver(written) {
  version.value = written;
  form.querySelector("#editor-status").dataset.version = written;
  saved = wordsNow();
  inDoubt = [];
  dropCopy();
  grow();
  countSoon();
  showSaved();
  tellSaved();
}

const canKeepCopies = await canKeep();
const isWhole = !form.dataset.characters || [...text.value].length === Number(form.dataset.characters);
if (isWhole) {
  if (!isPaused) await takeUp();
  listen();
  grow();
  if (isDirty() && !isPaused) save();
} else {
  // Half a page must not overwrite a whole one.
  text.readOnly = title.readOnly = true;
  show("error", form.dataset.incomplete);
}
