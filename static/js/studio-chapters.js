// The list of chapters beside the page: order by drag or by Alt+arrows, name, mark, put in the bin and back.
//
// The list is the server's: what is done here shows at once, and the server's answer takes its place. An order that
// is not of these chapters any more (one was added elsewhere) is refused, and the list shows what there is.
const pane = document.getElementById("chapters");
const acts = document.getElementById("chapter-acts");
const region = document.getElementById("chapter-announcement");
const titleField = document.getElementById("chapter-title");

const list = () => document.getElementById("chapter-list");
const rows = () => [...list().children];
const rowOf = (id) => list().querySelector(`[data-chapter="${id}"]`);
const linkOf = (row) => row.querySelector(".chapter-list__link");
const titleOf = (row) => row.querySelector(".chapter-list__title").textContent;
const isCurrent = (row) => linkOf(row).hasAttribute("aria-current");
const addressOf = (row, act) => `${linkOf(row).getAttribute("href")}${act}/`;

// --- Asking the server ---

const token = () => acts.querySelector("[name=csrfmiddlewaretoken]").value;
let asked = 0;

function show(html) {
  const answer = new DOMParser().parseFromString(html, "text/html").getElementById("chapter-list");
  if (!answer) return;
  const old = list();
  const open = old.querySelector("[aria-current]")?.closest("li").dataset.chapter;
  const focused = document.activeElement?.closest("#chapter-list li")?.dataset.chapter;
  const part = document.activeElement?.className.split(" ")[0];
  const top = pane.scrollTop;
  old.replaceWith(answer);
  if (open && rowOf(open)) {
    linkOf(rowOf(open)).ariaCurrent = "page";
    // A chapter without a title is called by its place.
    const place = rowOf(open).querySelector(".chapter-list__number").textContent;
    titleField.placeholder = titleField.placeholder.replace(/\d+/, place);
    linkOf(rowOf(open)).querySelector(".chapter-list__title").textContent = titleField.value.trim() || titleField.placeholder;
  }
  pane.scrollTop = top;
  if (focused) (rowOf(focused)?.querySelector(`.${part}`) ?? linkOf(rowOf(focused) ?? answer.firstElementChild))?.focus();
  filter();
}

// The list of the last answer stands; an earlier one that comes late is not shown.
async function ask(address, fields = {}) {
  const number = ++asked;
  const toasts = document.querySelector(".toasts");
  const say = (detail) => document.body.dispatchEvent(new CustomEvent("toast", { detail }));
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token() },
      body: new URLSearchParams(fields),
      redirect: "error",
    });
  } catch {
    say({ message: toasts.dataset.offlineText, level: "error" });
    return false;
  }
  if (answer.headers.has("HX-Redirect")) {
    location.assign(answer.headers.get("HX-Redirect"));
    return true;
  }
  const said = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
  for (const [name, detail] of Object.entries(said)) document.body.dispatchEvent(new CustomEvent(name, { detail }));
  if (![200, 409, 422].includes(answer.status)) {
    say({ message: toasts.dataset.errorText, level: "error" });
    return false;
  }
  const html = await answer.text();
  if (number === asked) show(html);
  return true;
}

// --- Order ---

let before = null;
let sending = 0;

function announce(row) {
  const all = rows();
  region.textContent = region.dataset.moved
    .replace("{title}", titleOf(row))
    .replace("{place}", all.indexOf(row) + 1)
    .replace("{count}", all.length);
}

async function sendOrder() {
  sending = 0;
  const known = before;
  before = null;
  const order = rows().map((row) => row.dataset.chapter);
  if (await ask(acts.dataset.orderUrl, { order: order.join(" ") })) return;
  // It was not heard: the list shows what is stored.
  region.textContent = region.dataset.refused;
  if (!before) list().append(...known.map(rowOf).filter(Boolean));
}

function place(row, reference) {
  if (row === reference || row.nextElementSibling === reference) return;
  before ??= rows().map((one) => one.dataset.chapter);
  list().insertBefore(row, reference);
  announce(row);
  clearTimeout(sending);
  sending = setTimeout(sendOrder, 500);
}

function step(row, by) {
  const focused = document.activeElement;
  if (by < 0 && row.previousElementSibling) place(row, row.previousElementSibling);
  else if (by > 0 && row.nextElementSibling) place(row, row.nextElementSibling.nextElementSibling);
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
  if (row.contains(focused)) focused.focus();
}

// --- Drag, by mouse, pen or finger; a tap on the grip opens the chapter, as beside it ---

const EDGE = 48;

function drag(event) {
  const grip = event.target.closest(".chapter-list__grip");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("li");
  const isRow = getComputedStyle(list()).display === "flex";
  let target = null;
  let isAfter = false;
  let x = event.clientX;
  let y = event.clientY;
  let frame = 0;
  row.classList.add("is-dragged");
  list().classList.add("is-sorting");
  grip.setPointerCapture(event.pointerId);

  const unmark = () => target?.classList.remove("is-before", "is-after");
  function aim() {
    unmark();
    const box = list().getBoundingClientRect();
    const inside = document.elementFromPoint(
      isRow ? x : Math.min(Math.max(x, box.left + 8), box.right - 8),
      isRow ? box.top + box.height / 2 : y,
    );
    target = inside?.closest("#chapter-list > li") ?? target;
    if (!target) return;
    const { left, top, width, height } = target.getBoundingClientRect();
    isAfter = isRow ? x > left + width / 2 : y > top + height / 2;
    target.classList.add(isAfter ? "is-after" : "is-before");
  }
  // At the edge the list goes on by itself.
  function scroll() {
    const box = pane.scrollHeight > pane.clientHeight + 1 || isRow ? pane : document.scrollingElement;
    const bounds = box === pane ? pane.getBoundingClientRect() : { top: 64, bottom: innerHeight - 60, left: 0, right: 0 };
    const speed = (low, high, at) => (at < low + EDGE ? -12 : at > high - EDGE ? 12 : 0);
    if (isRow) pane.scrollLeft += speed(bounds.left, bounds.right, x);
    else box.scrollTop += speed(bounds.top, bounds.bottom, y);
    aim();
    frame = requestAnimationFrame(scroll);
  }
  function move(next) {
    if (!frame && Math.hypot(next.clientX - event.clientX, next.clientY - event.clientY) < 5) return;
    x = next.clientX;
    y = next.clientY;
    frame ||= requestAnimationFrame(scroll);
  }
  function end(last) {
    cancelAnimationFrame(frame);
    grip.removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) grip.removeEventListener(name, end);
    document.removeEventListener("keydown", escape, true);
    unmark();
    row.classList.remove("is-dragged");
    list().classList.remove("is-sorting");
    if (last?.type === "pointerup" && !frame) linkOf(row).click();
    else if (last?.type === "pointerup" && target && target !== row) place(row, isAfter ? target.nextElementSibling : target);
  }
  function escape(key) {
    if (key.key !== "Escape") return;
    key.stopPropagation();
    end();
  }
  grip.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) grip.addEventListener(name, end);
  document.addEventListener("keydown", escape, true);
}

// --- Names ---

function rename(row) {
  if (isCurrent(row)) {
    titleField.focus();
    titleField.select();
    return;
  }
  const old = row.querySelector(".chapter-list__title");
  const field = document.createElement("input");
  field.className = "chapter-list__rename";
  field.maxLength = 200;
  field.autocomplete = "off";
  field.value = row.dataset.title;
  field.ariaLabel = region.dataset.name;
  const link = linkOf(row);
  let isOver = false;
  const end = (isKept) => {
    if (isOver) return;
    isOver = true;
    const title = field.value.trim();
    const hadFocus = document.activeElement === field;
    field.remove();
    row.classList.remove("is-renamed");
    if (hadFocus) link.focus();
    if (isKept && title !== row.dataset.title) {
      old.textContent = title || old.textContent;
      ask(addressOf(row, "rename"), { title });
    }
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") end(true);
    else if (event.key === "Escape") end(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener("blur", () => end(true));
  row.classList.add("is-renamed");
  link.after(field);
  field.focus();
  field.select();
}

// --- The menu of a chapter: one for all of them ---

let chosen = null;

function openActs(button) {
  chosen = button.closest("li").dataset.chapter;
  const row = rowOf(chosen);
  acts.ariaLabel = button.ariaLabel;
  acts.querySelector("form").action = addressOf(row, "delete");
  acts.querySelector("[data-act=up]").disabled = !row.previousElementSibling;
  acts.querySelector("[data-act=down]").disabled = !row.nextElementSibling;
  for (const one of acts.querySelectorAll("[data-act=status]")) one.ariaPressed = String(one.value === row.dataset.status);
  acts.showPopover();
  const at = button.getBoundingClientRect();
  const box = acts.getBoundingClientRect();
  acts.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
  acts.style.top = `${Math.max(8, at.bottom + box.height + 8 > innerHeight ? at.top - box.height : at.bottom)}px`;
  acts.querySelector("button").focus();
}

async function act(event) {
  const button = event.target.closest("[data-act]");
  const row = button && rowOf(chosen);
  if (!row) return;
  const name = button.dataset.act;
  // Away from the page that is open: an ordinary form, which goes to the story.
  if (name === "delete" && isCurrent(row)) return;
  event.preventDefault();
  acts.hidePopover();
  if (name === "rename") return rename(row);
  linkOf(row).focus();
  if (name === "up" || name === "down") return step(row, name === "up" ? -1 : 1);
  if (name === "status") return ask(addressOf(row, "status"), { status: button.value });
  const next = row.nextElementSibling ?? row.previousElementSibling;
  if (next) linkOf(next).focus();
  await ask(addressOf(row, "delete"));
}

// --- Finding one of many ---

const search = document.getElementById("chapter-search");

function filter() {
  const wanted = search?.value.trim().toLocaleLowerCase() ?? "";
  for (const row of rows()) row.hidden = Boolean(wanted) && !linkOf(row).textContent.toLocaleLowerCase().includes(wanted);
}

// --- ---

function enliven() {
  pane.addEventListener("pointerdown", drag);
  pane.addEventListener("click", (event) => {
    const button = event.target.closest(".chapter-list__more");
    if (button) openActs(button);
  });
  // One stop for the Tab key in each row but the one where the focus is.
  pane.addEventListener("focusin", (event) => {
    for (const button of pane.querySelectorAll(".chapter-list__more[tabindex='0']")) button.tabIndex = -1;
    const button = event.target.closest("#chapter-list > li")?.querySelector(".chapter-list__more");
    if (button) button.tabIndex = 0;
  });
  pane.addEventListener("keydown", (event) => {
    const row = event.target.closest("#chapter-list > li");
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!row || event.target.matches("input")) return;
    if (event.altKey && by) step(row, by);
    else if (event.key === "F2") rename(row);
    else return;
    event.preventDefault();
  });
  acts.addEventListener("click", act);
  acts.addEventListener("toggle", (event) => {
    if (event.newState === "closed" && acts.contains(document.activeElement)) linkOf(rowOf(chosen) ?? rows()[0])?.focus();
  });
  search?.addEventListener("input", filter);
  document.addEventListener("costory:undo", ({ detail: { url } }) => url.includes("/notes/") || ask(url));
  list().querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

if (pane && list()) enliven();
