// Native dialogs: data-dialog-open="id" opens one, data-dialog-close closes the one around it,
// a click beside it closes it, and a dialog with data-dialog-auto opens when htmx brings it in.
// An opener that is a link keeps its address for pages without scripts.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-dialog-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
    return;
  }
  // The backdrop belongs to the dialog element; its content lies in an inner box.
  if (event.target instanceof HTMLDialogElement && event.target.matches(".dialog") && event.target.matches(":modal")) {
    event.target.close();
  }
});

document.addEventListener("htmx:load", (event) => {
  const found = event.target;
  const dialog = found.matches?.("dialog[data-dialog-auto]") ? found : found.querySelector?.("dialog[data-dialog-auto]");
  if (dialog && !dialog.open) dialog.showModal();
});
