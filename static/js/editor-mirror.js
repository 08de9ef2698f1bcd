// A second page behind the one being written, with the same words in the same places and no ink: it carries tints and
// marks, which a textarea cannot, and it knows where on the screen a character stands. It exists only while it is used.
//
//   mirror.rangesAt([{ start, end, className }], layer, text)
//       offsets in UTF-16 units, sorted, not overlapping; [] clears; `text`: what they were counted in, if that is older
//   mirror.rectOf(offset)       the DOMRect of the character there
//   mirror.forget()             whoever measured needs it no more
//
// Layers are independent of each other: "tint" (who wrote what) lies under "hits" (what was found). While words are
// typed, what is drawn moves with them; whoever drew it draws it anew when it knows better.
const page = document.querySelector(".editor__text");
const layers = new Map();
let ruler = null;

// Where two texts begin and end to differ: [start, end in the old one, how much longer the new one is].
export function change(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  let same = 0;
  while (same < most - start && before.charCodeAt(before.length - 1 - same) === after.charCodeAt(after.length - 1 - same)) {
    same += 1;
  }
  return [start, before.length - same, after.length - before.length];
}

// What was drawn over the old text, over the new one: new words belong to no range.
export function carried(ranges, [start, end, grown]) {
  const moved = [];
  for (const range of ranges) {
    if (range.end <= start) moved.push(range);
    else if (range.start >= end) moved.push({ ...range, start: range.start + grown, end: range.end + grown });
    else {
      if (range.start < start) moved.push({ ...range, end: start });
      if (range.end > end) moved.push({ ...range, start: end + grown, end: range.end + grown });
    }
  }
  return moved;
}

function sheet(name) {
  const element = document.createElement("div");
  element.className = `editor__mirror editor__mirror--${name}`;
  element.ariaHidden = "true";
  element.lang = page.lang;
  page.before(element);
  return element;
}

// A div does not show the empty line after a last line end; a textarea does.
const END = "\u200b";

function draw(layer) {
  const text = page.value;
  const parts = [];
  let place = 0;
  for (const { start, end, className } of layer.ranges) {
    if (start < place || end <= start || end > text.length) continue;
    const mark = document.createElement("span");
    mark.className = className;
    mark.textContent = text.slice(start, end);
    parts.push(text.slice(place, start), mark);
    place = end;
  }
  layer.text = text;
  layer.element.replaceChildren(...parts, text.slice(place), END);
}

let drawing = 0;
function follow() {
  if (layers.size === 0) return;
  const text = page.value;
  for (const layer of layers.values()) {
    if (layer.text === text) continue;
    layer.ranges = carried(layer.ranges, change(layer.text, text));
    layer.text = text;
  }
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    for (const layer of layers.values()) draw(layer);
  });
}

function rangesAt(ranges, name = "hits", text = page.value) {
  let layer = layers.get(name);
  if (ranges.length === 0) {
    layer?.element.remove();
    layers.delete(name);
    return;
  }
  if (!layer) {
    layer = { element: sheet(name) };
    layers.set(name, layer);
  }
  layer.ranges = text === page.value ? ranges : carried(ranges, change(text, page.value));
  draw(layer);
}

function rectOf(offset) {
  ruler ??= { element: sheet("ruler"), node: null };
  const text = page.value;
  if (!ruler.node) {
    ruler.node = document.createTextNode(text + END);
    ruler.element.append(ruler.node);
  } else if (ruler.node.data.length !== text.length + 1 || ruler.node.data.slice(0, -1) !== text) {
    const [start, end, grown] = change(ruler.node.data.slice(0, -1), text);
    ruler.node.replaceData(start, end - start, text.slice(start, end + grown));
  }
  const place = Math.max(0, Math.min(offset, text.length));
  const range = document.createRange();
  range.setStart(ruler.node, place);
  range.setEnd(ruler.node, place + 1);
  // At a line end the first of two boxes is the empty one before the break.
  return range.getClientRects()[0] ?? range.getBoundingClientRect();
}

function forget() {
  ruler?.element.remove();
  ruler = null;
}

page?.addEventListener("input", follow);

export const mirror = { rangesAt, rectOf, forget, follow };
