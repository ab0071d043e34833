// Marks the page as scripted, and changes the theme without a round trip where it can.
const root = document.documentElement;
root.classList.add("js");

const show = (theme) => {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("office:theme"));
};

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !event.submitter) return;
  event.preventDefault();
  const { value } = event.submitter;
  const body = new FormData(form, event.submitter);
  for (const button of form.elements.theme ?? []) button.setAttribute("aria-pressed", button.value === value);
  show(value);
  try {
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  } catch {
    form.submit();
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  document.dispatchEvent(new CustomEvent("office:theme")),
);
