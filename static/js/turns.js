// A turn goes to the end of the page as if it had been typed there; then, if it is wished, the co-author is asked.
const form = document.getElementById("turn");

async function play(event) {
  event.preventDefault();
  const { editor } = await import("./editor.js");
  const words = form.elements.words.value.trim();
  const name = form.elements.name.value.trim().replaceAll("*", "");
  const before = editor.text.value.replace(/\s+$/, "");
  const turn = name ? `**${name}** — ${words}` : words;
  editor.replaceText(before ? `${before}\n\n${turn}\n` : `${turn}\n`);
  form.elements.words.value = "";
  const isSaved = await editor.save();
  if (!isSaved || event.submitter?.name !== "ask") return;
  const composer = document.getElementById("chat-composer");
  const message = composer?.elements.content;
  if (!message) return;
  message.value = form.dataset.ask;
  composer.requestSubmit();
}

form?.addEventListener("submit", play);
