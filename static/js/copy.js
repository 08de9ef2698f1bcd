// A button with data-copy="id" puts the text of that element on the clipboard, and says whether it could.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  let detail = { message: button.dataset.copied, level: "success" };
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // Plain http, or a person who said no: the text is selected for them.
    getSelection().selectAllChildren(source);
    detail = { message: button.dataset.notCopied, level: "info" };
  }
  document.body.dispatchEvent(new CustomEvent("toast", { detail }));
});
