// French typography as one types: what stands before the cursor and the character that comes, to what shall stand there.
// A pure function, so that it can be tested by a table. Returns null where the character is to be typed as it is, else
// { remove: how many characters before the cursor go, insert: what comes }.
const NARROW = "\u202f";
const NBSP = "\u00a0";
const DASH = "—";

const lineOf = (before) => before.slice(before.lastIndexOf("\n") + 1);

// Marks of Markdown, addresses and code are no prose.
function isProse(line) {
  if (/^ {0,3}(?:```|~~~)/.test(line)) return false;
  if ((line.match(/`/g) ?? []).length % 2) return false;
  return !/(?:https?:\/\/|www\.|mailto:)\S*$/.test(line) && !/\]\([^)\s]*$/.test(line);
}

function quote(line) {
  const opened = (line.match(/«/g) ?? []).length > (line.match(/»/g) ?? []).length;
  if (!opened) return { remove: 0, insert: `«${NARROW}` };
  const blanks = line.match(/[ \u00a0\u202f]*$/)[0].length;
  return { remove: blanks, insert: `${NARROW}»` };
}

export function typed(before, character, { isInList = false } = {}) {
  const line = lineOf(before);
  if (!isProse(line)) return null;
  if (character === '"') return quote(line);
  if (character === "'" && /[\p{L}\p{N}]$/u.test(line)) return { remove: 0, insert: "’" };
  if (character === "." && /(?:^|[^.])\.\.$/.test(line)) return { remove: 2, insert: "…" };
  if (";!?".includes(character) && /[^\s;!?(«\[…]$/u.test(line)) return { remove: 0, insert: NARROW + character };
  if (";!?".includes(character) && /\S $/.test(line)) return { remove: 1, insert: NARROW + character };
  // A time (12:30) and an address (http:) have no blank; the colon waits for the blank that follows it.
  if (character === " " && /[\p{L}\p{N})»’]:$/u.test(line)) return { remove: 1, insert: `${NBSP}: ` };
  if (character === " " && /\S :$/.test(line)) return { remove: 2, insert: `${NBSP}: ` };
  if (character === "-" && line === "-") return { remove: 1, insert: `${DASH}${NBSP}` };
  if (character === " " && line === "-" && !isInList) return { remove: 1, insert: `${DASH}${NBSP}` };
  return null;
}
