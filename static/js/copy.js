// Copying a field: the buttons show where a script runs, and what was done is said beside them.
const show = () => {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};
show();
document.addEventListener("dialog:shown", show);
document.addEventListener("htmx:afterSettle", show);

async function taken(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    return document.execCommand("copy"); // without TLS, or where the browser forbids the other way
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  const field = button && document.getElementById(button.dataset.copy);
  if (!field) return;
  const place = button.closest("dialog, main")?.querySelector("[data-copied]");
  const done = await taken(field);
  if (place) place.textContent = done ? button.dataset.said : "It is selected: copy it with Ctrl C.";
});
