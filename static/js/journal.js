// Today is the writer's own: the server knows it only where the day has begun in Greenwich too.
const now = new Date();
const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
for (const field of document.querySelectorAll("[data-today]")) field.value = today;
