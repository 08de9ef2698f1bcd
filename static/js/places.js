// Where a stranger is in what they read, kept on their device; with an account it goes along to every other.
const KEY = "reading.places";
const MOST = 20;

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep(places) {
  try {
    if (Object.keys(places).length) localStorage.setItem(KEY, JSON.stringify(places));
    else localStorage.removeItem(KEY);
  } catch {
    // Storage can be forbidden; the place then lasts as long as the page.
  }
}

export function placeIn(story) {
  return kept()[story] ?? null;
}

export function keepPlace(story, place) {
  const newest = Object.entries({ ...kept(), [story]: { ...place, at: Date.now() } });
  newest.sort(([, one], [, other]) => other.at - one.at);
  keep(Object.fromEntries(newest.slice(0, MOST)));
}

// Signed in: what was read before goes to the account, once. A story that is gone or was read further there stays so.
async function takeAlong() {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}");
  const places = kept();
  for (const [story, { chapter, paragraph, isFinished }] of Object.entries(places)) {
    const body = new URLSearchParams({ chapter, paragraph, is_older: "on" });
    if (isFinished) body.set("is_finished", "on");
    try {
      const answer = await fetch(`/stories/${encodeURIComponent(story)}/place/`, { method: "POST", body, headers });
      if (answer.status >= 500) continue;
    } catch {
      continue;
    }
    delete places[story];
    keep(places);
  }
}

if (document.documentElement.dataset.themeOwner === "account") takeAlong();

// A title page in front of a stranger who was here before.
const begin = document.querySelector("[data-begin]");
if (begin) {
  const place = placeIn(begin.dataset.begin);
  const entry = place && document.querySelector(`.contents__link[data-chapter="${Number(place.chapter)}"]`);
  if (entry) {
    begin.href = `${entry.href}#at-${Number(place.paragraph)}`;
    begin.textContent = begin.dataset.continue.replace("%s", entry.querySelector(".contents__title").textContent);
  }
}
