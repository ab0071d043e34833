// Menus, dialogs, toasts, the palette, keyboard shortcuts, and where focus goes after a swap.
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const dialog = () => find("#dialog");

// ── menus: <details data-menu> close on Escape, outside and when another opens ──
document.addEventListener("click", (event) => {
  for (const menu of all("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]") || !menu.open) return;
    const panel = find(".menu__panel", menu);
    const box = panel?.getBoundingClientRect();
    if (box && box.right > innerWidth - 8) menu.classList.remove("menu--start");
    if (box && box.left < 8) menu.classList.add("menu--start");
  },
  true,
);

// ── dialogs: a link that opens its page's question in place ──
async function ask(url) {
  const answer = await fetch(url, {
    headers: { "HX-Request": "true", "HX-Target": "dialog" },
    credentials: "same-origin",
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = find("[data-dialog-content]", page);
  if (!answer.ok || !content) return location.assign(url);
  put(content);
}

function put(content) {
  const box = dialog();
  content.setAttribute("hx-boost", "true");
  content.setAttribute("hx-target", "body");
  content.setAttribute("hx-push-url", "true");
  box.replaceChildren(document.adoptNode(content));
  window.htmx?.process(box);
  if (!box.open) box.showModal();
  (
    find("[data-focus-me]", box) ?? find("input:not([type=hidden]), textarea, select, .button--primary", box)
  )?.focus();
  document.dispatchEvent(new Event("dialog:shown"));
}

document.addEventListener("ask", ({ detail }) => ask(detail).catch(() => location.assign(detail)));

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const link = event.target.closest("a[data-dialog]");
  const swaps = link?.closest(".dialog__body") && !link.closest("dialog"); // the form on a page of its own
  if (link && plain && dialog() && !swaps) {
    event.preventDefault();
    const menu = link.closest("details[data-menu]");
    if (menu) {
      menu.open = false;
      find("summary", menu)?.focus(); // where the closed dialog gives the focus back
    }
    ask(link.href).catch(() => location.assign(link.href));
    return;
  }
  const opener = event.target.closest("[data-open]");
  if (opener && find(`#${opener.dataset.open}`)) {
    event.preventDefault();
    open(opener.dataset.open);
  }
  const closer = event.target.closest("[data-close-dialog]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  const close = event.target.closest("[data-close]");
  close?.closest("[data-toast]")?.remove();
  if (event.target.matches("dialog")) event.target.close();
});

// A form in the dialog that comes back with errors stays in the dialog.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!requestConfig?.elt?.closest?.("#dialog")) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  const content = find("[data-dialog-content]", page);
  if (!content) return;
  event.detail.shouldSwap = false;
  put(content);
});
document.addEventListener("htmx:confirm", (event) => {
  if (event.target.closest?.("[data-busy]")) event.preventDefault();
});

// ── toasts: ten seconds, paused while looked at ──
function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  let left = find("form", toast) || !toast.classList.contains("toast--error") ? 10 : 30;
  const seconds = find("[data-seconds]", toast);
  const tick = setInterval(() => {
    if (!toast.isConnected) return clearInterval(tick);
    if (toast.matches(":hover, :focus-within")) return;
    left -= 1;
    if (seconds) seconds.textContent = `, ${left} s`;
    if (left <= 0) {
      clearInterval(tick);
      toast.remove();
    }
  }, 1000);
}
export function tell(text, { undo = "", wrong = false } = {}) {
  const box = find("#toasts");
  if (!box) return;
  const toast = document.createElement("div");
  toast.className = `toast${wrong ? " toast--error" : ""}`;
  toast.dataset.toast = "";
  toast.append(
    Object.assign(document.createElement("span"), { className: "toast__text", textContent: text }),
  );
  if (undo) {
    const form = Object.assign(document.createElement("form"), { method: "post", action: undo });
    const token = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
    form.append(
      Object.assign(document.createElement("input"), {
        type: "hidden",
        name: "csrfmiddlewaretoken",
        value: token,
      }),
    );
    const button = Object.assign(document.createElement("button"), { textContent: "Undo" });
    button.append(Object.assign(document.createElement("span")));
    button.lastChild.dataset.seconds = "";
    form.append(button);
    toast.append(form);
  }
  box.append(toast);
  watch(toast);
}
const watchAll = () => all("[data-toast]").forEach(watch);
watchAll();
document.addEventListener("htmx:afterSettle", watchAll);
document.addEventListener("toast", (event) => tell(event.detail.text ?? event.detail.value, event.detail));
document.addEventListener("htmx:sendError", () =>
  tell("Could not reach the office. Check your connection and try again.", { wrong: true }),
);
document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText || "", "text/html");
  const said = find("#content p", page)?.textContent?.trim();
  tell(said || "That did not work. Reload the page and try again; what you wrote is still here.", {
    wrong: true,
  });
});

// ── palette and help ──
function open(id) {
  const box = find(`#${id}`);
  if (!box || box.open) return;
  all("details[data-menu][open]").forEach((menu) => {
    menu.open = false;
  });
  box.showModal();
  const input = find("input[type=search]", box);
  input?.select();
  choose(0);
}
const options = () => all("#palette-results [role=option]").filter((item) => !item.hidden);
let chosen = 0;
function choose(position) {
  const items = options();
  if (!items.length) return;
  chosen = (position + items.length) % items.length;
  items.forEach((item, index) => {
    item.setAttribute("aria-selected", index === chosen);
    item.id ||= `found-${Math.random().toString(36).slice(2, 8)}`;
  });
  find("#palette input")?.setAttribute("aria-activedescendant", items[chosen].id);
  items[chosen].scrollIntoView({ block: "nearest" });
}
document.addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#palette")) return;
  if (event.key === "ArrowDown") choose(chosen + 1);
  else if (event.key === "ArrowUp") choose(chosen - 1);
  else if (event.key === "Escape") find("#palette").close();
  else if (event.key === "Enter" && options()[chosen]) location.assign(options()[chosen].href);
  else return;
  event.preventDefault();
});
document.addEventListener("input", (event) => {
  if (!event.target.closest?.("#palette")) return;
  const words = event.target.value.trim().toLowerCase();
  for (const item of all("#palette-results [role=option]"))
    item.hidden = !item.textContent.toLowerCase().includes(words);
  choose(0);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "palette-results") choose(0);
});

// ── single keys ──
const PLACES = {
  h: "/",
  i: "/ideas",
  d: "/demands",
  p: "/projects",
  o: "/portfolio",
  c: "/capacity",
  n: "/inbox",
};
let waitsForPlace = 0;
const rows = () => all("[data-row]").filter((row) => row.offsetParent);
const current = () => find("[data-row][data-current]");
function move(step) {
  const list = rows();
  if (!list.length) return;
  const next = list[Math.min(Math.max(list.indexOf(current()) + step, 0), list.length - 1)];
  list.forEach((row) => row.removeAttribute("data-current"));
  next.setAttribute("data-current", "");
  const link = find("[data-row-link]", next) ?? next;
  link.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}
const press = (selector) => (find(selector, current() ?? document) ?? null)?.click();
// An act on the selection; with nothing selected, on the row one is on.
const pressOn = (selector) => {
  const button = find(selector);
  if (!button || !find("[data-select]")) return;
  if (!find("[data-select]:checked")) find("[data-select]", current() ?? button)?.click();
  if (find("[data-select]:checked")) button.click();
};
const KEYS = {
  "/": () => open("palette"),
  "?": () => open("keys"),
  g: () => {
    waitsForPlace = Date.now();
  },
  j: () => (rows().length ? move(1) : press("[data-key=j]")),
  k: () => (rows().length ? move(-1) : press("[data-key=k]")),
  x: () => press("[data-select]"),
  a: () => press("[data-key=a]"),
  v: () => press("[data-key=v]"),
  m: () => {
    const menu = find("details[data-menu]", current() ?? document.createElement("i"));
    if (!menu) return;
    menu.open = true;
    find(".menu__item", menu)?.focus();
  },
  s: () => pressOn("[data-key=s]"),
  e: () => pressOn("[data-key=e]"),
  d: () => pressOn("[data-key=d]"),
};
document.addEventListener("keydown", (event) => {
  const busy = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
  if (event.key === "Escape") {
    for (const menu of all("details[data-menu][open]")) {
      menu.open = false;
      find("summary", menu)?.focus();
    }
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "k" && find("#palette")) {
    event.preventDefault();
    open("palette");
    return;
  }
  if (busy || event.ctrlKey || event.metaKey || event.altKey || document.body.dataset.shortcuts === "off")
    return;
  if (Date.now() - waitsForPlace < 1200) {
    waitsForPlace = 0;
    const place = PLACES[event.key];
    if (place && (find(`.nav-item[href="${place}"]`) || place === "/" || place === "/inbox"))
      location.assign(place);
    return;
  }
  if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// ── after a swap: say counts, keep focus, or lead to the new heading ──
document.addEventListener("htmx:beforeRequest", (event) => {
  document.activeElement?.id && (event.detail.elt.dataset.focusBefore = document.activeElement.id);
});
document.addEventListener("htmx:afterSettle", (event) => {
  const { elt, requestConfig } = event.detail;
  const before = requestConfig?.elt?.dataset?.focusBefore;
  const count = find(".filters__count", elt ?? document);
  if (count && find("#heard")) find("#heard").textContent = count.textContent;
  if (document.activeElement && document.activeElement !== document.body) return;
  const target = (before && document.getElementById(before)) || (elt === document.body && find("h1")) || null;
  target?.focus({ preventScroll: elt !== document.body });
});
