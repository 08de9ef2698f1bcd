// Splitting and joining act on the text as it is stored: the page is saved first, and says where its cursor stands.
import { editor } from "./editor.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest?.("form[data-divide]");
  if (!form) return;
  event.preventDefault();
  if (!(await editor.save())) return;
  form.elements.version.value = editor.version;
  if (form.elements.position) {
    form.elements.position.value = [...editor.text.value.slice(0, editor.text.selectionStart)].length;
  }
  form.submit();
});
