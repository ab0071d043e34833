// Forms: drafts kept in this browser or on the server, one press only, unsaved changes, mentions, errors first.
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const SECRET = /password|token|secret|csrf/i;

// ── drafts ──
const shelf = (form) => `draft:${form.dataset.draft}`;
const kept = (form) =>
  [...form.elements].filter(
    (field) =>
      field.name && !SECRET.test(field.name) && !["hidden", "file", "submit", "button"].includes(field.type),
  );
const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const say = (form, words) => {
  const place = find("[data-draft-status]", form) ?? find(`[data-draft-status="${form.dataset.draft}"]`);
  if (place) place.textContent = words;
};
function restore(form) {
  if (form.dataset.restored) return;
  form.dataset.restored = "yes";
  let draft;
  try {
    draft = JSON.parse(localStorage.getItem(shelf(form)) || "null");
  } catch {
    return;
  }
  if (!draft || find("[aria-invalid]", form)) return;
  for (const field of kept(form)) {
    if (!(field.name in draft)) continue;
    if (field.type === "checkbox" || field.type === "radio")
      field.checked = draft[field.name].includes(field.value);
    else if (!field.value) {
      field.value = draft[field.name][0] ?? "";
      field.tomselect?.sync();
    }
  }
  say(form, "Your draft is back");
}
const timers = new WeakMap();
function keep(form) {
  clearTimeout(timers.get(form));
  timers.set(
    form,
    setTimeout(() => {
      if (form.dataset.draftUrl) return send(form);
      put(form);
    }, form.dataset.draftUrl ? 1200 : 600),
  );
}
function put(form) {
  const draft = {};
  for (const field of kept(form))
    if (!["checkbox", "radio"].includes(field.type) || field.checked)
      (draft[field.name] ??= []).push(field.value);
  try {
    localStorage.setItem(shelf(form), JSON.stringify(draft));
    say(form, `Draft saved ${clock()}`);
  } catch {
    say(form, "");
  }
}
// On the server, so that any device goes on with it; in this browser while the server is away.
const sending = new WeakMap();
async function send(form, more = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(more)) body.set(name, value);
  sending.get(form)?.abort();
  const press = new AbortController();
  sending.set(form, press);
  try {
    const answer = await fetch(form.dataset.draftUrl, { method: "POST", body, signal: press.signal });
    if (!answer.ok) throw new Error(answer.status);
    localStorage.removeItem(shelf(form));
    if (!more.discard) say(form, (await answer.json()).saved ? `Draft saved ${clock()}` : "");
  } catch (error) {
    if (error.name !== "AbortError" && !more.discard) put(form);
  }
}
function forget(form) {
  clearTimeout(timers.get(form));
  sending.get(form)?.abort();
  localStorage.removeItem(shelf(form));
}
function empty(form) {
  for (const field of kept(form)) {
    if (["checkbox", "radio"].includes(field.type)) field.checked = false;
    else field.value = "";
    field.tomselect?.sync();
  }
  send(form, { discard: "1" });
}

// ── unsaved changes ──
let changed = false;
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form) return;
  if (form.matches("[data-draft]")) keep(form);
  if (form.matches("[data-guard]")) changed = true;
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  changed = false;
  if (form.matches("[data-draft]")) forget(form);
  if (!form.matches("[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("data-busy", "");
  setTimeout(() => {
    delete form.dataset.sent;
    event.submitter?.removeAttribute("data-busy");
  }, 8000);
});
addEventListener("pageshow", () => {
  for (const form of all("[data-sent]")) {
    delete form.dataset.sent;
    all("[data-busy]", form).forEach((b) => b.removeAttribute("data-busy"));
  }
});
document.addEventListener("click", (event) => {
  const discard = event.target.closest("[data-draft-discard]");
  const form = discard?.closest("form");
  if (form) {
    form.reset();
    if (form.dataset.draft) forget(form);
    if (form.dataset.draftUrl) empty(form);
    say(form, "Draft discarded");
    changed = false;
  }
  const eye = event.target.closest("[data-reveal]");
  const secret = eye && document.getElementById(eye.dataset.reveal);
  if (secret) {
    secret.type = secret.type === "password" ? "text" : "password";
    eye.setAttribute("aria-pressed", secret.type === "text");
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});

// ── a file dropped beside its field, or too large to send ──
const over = (event, is) => event.target.closest?.("[data-drop]")?.classList.toggle("is-over", is);
document.addEventListener("dragover", (event) => {
  if (!event.target.closest?.("[data-drop]")) return;
  event.preventDefault();
  over(event, true);
});
document.addEventListener("dragleave", (event) => over(event, false));
document.addEventListener("drop", (event) => {
  const input = find("input[type=file]", event.target.closest?.("[data-drop]") ?? document.createElement("i"));
  if (!input || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  over(event, false);
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.dataset?.largest) return;
  const tooLarge = [...input.files].some((file) => file.size > Number(input.dataset.largest));
  const words = find("[data-too-large]", input.closest("[data-drop]") ?? input.form);
  if (words) words.hidden = !tooLarge;
  input.setCustomValidity(tooLarge ? (words?.textContent ?? "Too large") : "");
});

// ── mentions: type @ and a name ──
let list,
  field,
  names = [],
  picked = 0,
  asked;
const word = (text) => /(?:^|\s)@([\w.\-]{1,40})$/.exec(text.value.slice(0, text.selectionStart))?.[1];
function hide() {
  list?.remove();
  list = null;
  field?.removeAttribute("aria-activedescendant");
}
function draw() {
  hide();
  if (!names.length) return;
  list = Object.assign(document.createElement("div"), { className: "mentions" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "People");
  names.forEach((person, index) => {
    const option = Object.assign(document.createElement("div"), {
      className: "menu__item",
      id: `mention-${index}`,
    });
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", index === picked);
    if (index === picked) option.setAttribute("aria-current", "true");
    option.textContent = person.detail ? `${person.name}, ${person.detail}` : person.name;
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      insert(person);
    });
    list.append(option);
  });
  const box = field.getBoundingClientRect();
  list.style.left = `${box.left + scrollX}px`;
  list.style.top = `${box.bottom + scrollY + 4}px`;
  document.body.append(list);
  field.setAttribute("aria-activedescendant", `mention-${picked}`);
}
function insert(person) {
  const before = field.value.slice(0, field.selectionStart).replace(/@[\w.\-]*$/, `@${person.handle} `);
  field.value = before + field.value.slice(field.selectionStart);
  field.setSelectionRange(before.length, before.length);
  hide();
}
document.addEventListener("input", (event) => {
  if (!event.target.matches("textarea[data-mentions]")) return;
  field = event.target;
  const typed = word(field);
  if (!typed) return hide();
  clearTimeout(asked);
  asked = setTimeout(async () => {
    try {
      const answer = await fetch(`${field.dataset.mentions}?q=${encodeURIComponent(typed)}`, {
        headers: { Accept: "application/json" },
      });
      const found = await answer.json();
      names = (found.results ?? found).slice(0, 6);
      picked = 0;
      draw();
    } catch {
      hide();
    }
  }, 180);
});
document.addEventListener(
  "keydown",
  (event) => {
    if (!list || event.target !== field) return;
    if (event.key === "ArrowDown") picked = (picked + 1) % names.length;
    else if (event.key === "ArrowUp") picked = (picked + names.length - 1) % names.length;
    else if (event.key === "Enter" || event.key === "Tab") {
      event.preventDefault();
      return insert(names[picked]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      return hide();
    } else return;
    event.preventDefault();
    draw();
  },
  true,
);
document.addEventListener("focusout", () => setTimeout(hide, 120));

// ── errors first ──
function prepare() {
  all("form[data-draft]").forEach(restore);
  const first = find("[data-focus-me]:not([data-focused])");
  if (first) {
    first.dataset.focused = "yes";
    first.focus();
  }
}
document.addEventListener("click", (event) => {
  const link = event.target.closest(".error-summary a");
  const target = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: "center" });
});
document.addEventListener("htmx:afterSettle", prepare);
prepare();
