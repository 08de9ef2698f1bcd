// Times as the reader's own clock has them: <time datetime="…" data-local="time|moment|day">.
// The server writes them in UTC, which stands where scripts do not run.
const page = document.documentElement.lang;
const language = navigator.languages.find((one) => one.split("-")[0] === page) ?? page;
const SHAPES = {
  time: new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }),
  day: new Intl.DateTimeFormat(language, { dateStyle: "full" }),
  moment: new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }),
};

export function localTime(moment) {
  return SHAPES.time.format(moment);
}

export function tellLocalTimes(root) {
  for (const element of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(element.dateTime);
    const shape = SHAPES[element.dataset.local];
    if (shape && !Number.isNaN(moment.valueOf())) element.textContent = shape.format(moment);
  }
}

// The day it is here is not always the server's: what goes by days is told where here is.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`costory-zone=${zone}`)) {
  document.cookie = `costory-zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}
document.addEventListener("htmx:load", (event) => tellLocalTimes(event.target));
tellLocalTimes(document);
