// A login in a dialog, for a page whose login has expired. The form is the login page's own, so whatever it asks for is
// asked for here; what it cannot do in a dialog (a second factor, a passkey, another provider) opens in a new tab.
const template = document.getElementById("login-dialog");

export async function logIn(url, done) {
  if (!template || document.querySelector("dialog.login-dialog[open]")) return;
  const dialog = template.content.firstElementChild.cloneNode(true);
  const place = dialog.querySelector("[data-login-form]");
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("[data-login-close]").addEventListener("click", () => dialog.close());
  dialog.showModal();

  const show = (html) => {
    const found = new DOMParser().parseFromString(html, "text/html").querySelector("main form");
    if (!found) return false;
    // The page behind has fields of the same names; these get ids of their own.
    for (const field of found.querySelectorAll("[id]")) {
      const id = `dialog-${field.id}`;
      for (const label of found.querySelectorAll(`[for="${field.id}"]`)) label.htmlFor = id;
      for (const told of found.querySelectorAll(`[aria-describedby="${field.id}"]`)) told.setAttribute("aria-describedby", id);
      field.id = id;
    }
    place.replaceChildren(found);
    (found.querySelector("[aria-invalid=true]") ?? found.querySelector("input:not([type=hidden])"))?.focus();
    return true;
  };
  const failed = () => {
    dialog.querySelector("[data-login-failed]").hidden = false;
  };

  try {
    const page = await fetch(url, { redirect: "error" });
    if (!show(await page.text())) return failed();
  } catch {
    return failed();
  }
  place.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new FormData(event.target),
        headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
        redirect: "error",
      });
      const said = await answer.json();
      if (answer.ok && !/2fa|verify|confirm/.test(said.location ?? "")) {
        dialog.close();
        await done();
      } else if (said.html && show(said.html)) {
        button.disabled = false;
      } else {
        failed();
      }
    } catch {
      button.disabled = false;
      failed();
    }
  });
  return undefined;
}
