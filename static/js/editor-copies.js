// Copies of unsaved text in this browser (IndexedDB), one for each open page of a chapter.
//
// A page holds a lock by its name for as long as it lives, so that a page opened beside it leaves its copy alone, and
// one opened after it died takes the copy up. Where locks are missing every other page counts as dead.
const opened = new Promise((resolve) => {
  try {
    const opening = indexedDB.open("costory", 2);
    opening.onupgradeneeded = () => {
      for (const name of [...opening.result.objectStoreNames]) opening.result.deleteObjectStore(name);
      opening.result.createObjectStore("copies", { keyPath: "page" }).createIndex("chapter", "chapter");
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => resolve(null);
    opening.onblocked = () => resolve(null);
  } catch {
    resolve(null);
  }
});

async function inStore(mode, act) {
  const database = await opened;
  if (!database) return undefined;
  return new Promise((resolve) => {
    try {
      const transaction = database.transaction("copies", mode);
      const request = act(transaction.objectStore("copies"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => resolve(undefined);
    } catch {
      resolve(undefined);
    }
  });
}

// Whether a copy can be kept at all: private windows may forbid it.
export const canKeep = async () => Boolean(await opened);

export function openCopies(chapter) {
  const page = `${chapter}:${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
  navigator.locks?.request(page, () => new Promise(() => {})).catch(() => {});

  return {
    // Resolves to true once the copy is on the device.
    keep: async (words) =>
      (await inStore("readwrite", (store) => store.put({ page, chapter, at: Date.now(), ...words }))) !== undefined,
    drop: () => inStore("readwrite", (store) => store.delete(page)),
    dropOther: (other) => inStore("readwrite", (store) => store.delete(other)),
    // The newest copy that a page left behind when it ended.
    async left() {
      const copies = (await inStore("readonly", (store) => store.index("chapter").getAll(chapter))) ?? [];
      const held = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name) ?? []);
      return copies.filter((copy) => copy.page !== page && !held.has(copy.page)).sort((a, b) => b.at - a.at)[0];
    },
  };
}
