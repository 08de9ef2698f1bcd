// Today is the writer's own. The server knows it by their time zone (local-times.js tells it), but not before the
// first page, and not when a page stays open past midnight.
const KEY = "costory-day";

function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

function follow() {
  const day = today();
  for (const field of document.querySelectorAll("[data-today]")) field.value = day;
  const shown = document.querySelector("[data-day]")?.dataset.day;
  // Once for each day: a zone that the server does not know stays unknown to it.
  if (!shown || shown === day || sessionStorage.getItem(KEY) === day) return;
  sessionStorage.setItem(KEY, day);
  location.reload();
}

document.addEventListener("visibilitychange", () => document.hidden || follow());
follow();
