// The tabs beside the page. Each is a link to a page of its own; here they show a panel, fetched when it is first seen.
import { recall, remember } from "./studio-memory.js";

const pane = document.getElementById("coach");
const list = document.getElementById("side-tabs");
const tabs = [...(list?.querySelectorAll("[data-panel]") ?? [])];
const panelOf = (tab) => document.getElementById(tab.dataset.panel);
const isPhone = matchMedia("(width < 48rem)");
let chosen = null;

// What nobody sees is not fetched: not behind another tab, not in a folded pane, not in the other half of a phone.
function fetchIfSeen() {
  const panel = panelOf(chosen);
  const waiting = panel.querySelector(":scope > [hx-trigger^='costory:shown']");
  if (!waiting || !panel.checkVisibility()) return;
  window.htmx.process(waiting);
  window.htmx.trigger(waiting, "costory:shown");
}

export function showTab(name, { focus = false } = {}) {
  chosen = tabs.find((tab) => tab.id === `side-tab-${name}`) ?? tabs[0];
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.ariaSelected = String(isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
    panelOf(tab).hidden = !isChosen;
  }
  remember("tab", chosen.id.replace("side-tab-", ""));
  fetchIfSeen();
  if (focus) chosen.focus();
}

const nameOf = (tab) => tab.id.replace("side-tab-", "");

function enliven() {
  list.role = "tablist";
  list.ariaLabel = list.dataset.label;
  for (const tab of tabs) {
    tab.role = "tab";
    tab.setAttribute("aria-controls", tab.dataset.panel);
    const panel = panelOf(tab);
    panel.role = "tabpanel";
    panel.setAttribute("aria-labelledby", tab.id);
  }
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-panel]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    showTab(nameOf(tab));
  });
  list.addEventListener("keydown", (event) => {
    const place = tabs.indexOf(event.target);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (place < 0) return;
    if (step) showTab(nameOf(tabs[(place + step + tabs.length) % tabs.length]), { focus: true });
    else if (event.key === "Home") showTab(nameOf(tabs[0]), { focus: true });
    else if (event.key === "End") showTab(nameOf(tabs.at(-1)), { focus: true });
    else if (event.key === " ") showTab(nameOf(event.target));
    else return;
    event.preventDefault();
  });
  window.addEventListener("hashchange", fetchIfSeen);
  document.addEventListener("studio:unfolded", fetchIfSeen);
  isPhone.addEventListener("change", fetchIfSeen);
  showTab(recall("tab", "coach"));
}

if (pane && list && tabs.length) enliven();
