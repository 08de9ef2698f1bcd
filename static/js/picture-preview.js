// Shows a chosen picture where the present one stands, before it is sent. Without scripts it shows after.
for (const frame of document.querySelectorAll("[data-picture-preview]")) {
  const input = document.getElementById(frame.dataset.picturePreview);
  input?.addEventListener("change", () => {
    const [file] = input.files;
    if (!file?.type.startsWith("image/")) return;
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const image = new Image(96, 96);
      image.alt = "";
      // A data: address, which the page's policy allows for pictures.
      image.src = reader.result;
      image.addEventListener("load", () => frame.replaceChildren(image), { once: true });
    });
    reader.readAsDataURL(file);
  });
}
