// Lists: filters that apply themselves, selection with its bar, the board.
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ── filters ──
const sheetIsOpen = (form) =>
  Boolean(find("#filters-sheet:popover-open", form)) && matchMedia("(max-width: 639px)").matches;
let pause;
const send = (form) => form.requestSubmit();
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-autosubmit]");
  if (form && !event.target.matches("[data-typing]") && !sheetIsOpen(form)) send(form);
});
document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-autosubmit]");
  if (!form || !event.target.matches("[data-typing]") || !form.hasAttribute("hx-get")) return;
  clearTimeout(pause);
  pause = setTimeout(() => send(form), 400);
});
document.addEventListener("submit", (event) => {
  // empty fields stay out of the address
  if (!event.target.matches("form.filters")) return;
  for (const field of event.target.elements)
    if (field.name && field.value === "" && (field.type !== "radio" || field.checked)) field.disabled = true;
  setTimeout(() => {
    for (const field of event.target.elements) field.disabled = false;
  });
}, true); // before htmx reads the form
let wereOpen = [];
document.addEventListener("htmx:beforeSwap", () => {
  wereOpen = all("details[data-menu][open][id]")
    .filter((menu) => find("input[type=checkbox]", menu))
    .map((menu) => menu.id);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const id of wereOpen) {
    const menu = document.getElementById(id);
    if (menu) menu.open = true;
  }
  wereOpen = [];
});

// ── selection ──
const boxes = () => all("[data-select]");
function count() {
  const bar = find("[data-bulk]");
  if (!bar) return;
  const chosen = boxes().filter((box) => box.checked).length;
  const words = find("[data-bulk-count]", bar);
  words.textContent = `${chosen} ${chosen === 1 ? words.dataset.one : words.dataset.many} selected`;
  bar.hidden = !chosen;
  for (const every of all("[data-select-all]")) {
    every.checked = chosen > 0 && chosen === boxes().length;
    every.indeterminate = chosen > 0 && chosen < boxes().length;
  }
}
function clear() {
  for (const box of boxes()) box.checked = false;
  count();
}
// A button of the bar that asks first opens its question in place.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bulk-dialog]");
  if (!button || !find("#dialog")) return;
  event.preventDefault();
  const url = new URL(button.getAttribute("formaction"), location.href);
  for (const box of boxes()) if (box.checked) url.searchParams.append("chosen", box.value);
  document.dispatchEvent(new CustomEvent("ask", { detail: url.href }));
});
let last = null;
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-clear]")) return clear();
  const box = event.target.closest("[data-select]");
  if (!box) return;
  if (event.shiftKey && last) {
    const list = boxes();
    const [from, to] = [list.indexOf(last), list.indexOf(box)].sort((a, b) => a - b);
    for (const between of list.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-select-all]"))
    for (const box of boxes()) box.checked = event.target.checked;
  if (event.target.matches("[data-select], [data-select-all]")) count();
});
document.addEventListener("keydown", (event) => {
  if (
    event.key === "Escape" &&
    find("[data-bulk]:not([hidden])") &&
    !find("dialog[open], details[data-menu][open]")
  )
    clear();
});
document.addEventListener("htmx:afterSettle", count);
count();

// ── board: dragging presses the same "Move to" that the menu offers ──
function library(url, name) {
  return window[name]
    ? Promise.resolve(window[name])
    : new Promise((done, failed) => {
        const script = Object.assign(document.createElement("script"), {
          src: url,
          onload: () => done(window[name]),
          onerror: failed,
        });
        document.head.append(script);
      });
}
const moveOf = (card, lane) => find(`[data-move="${lane.dataset.lane}"]`, card);
async function board() {
  const shown = find("[data-board]");
  if (!shown || shown.dataset.ready) return;
  shown.dataset.ready = "yes";
  const pick = find("[data-board-switch]");
  const showColumn = () =>
    all("[data-column]", shown).forEach((column) =>
      column.toggleAttribute("data-shown", column.dataset.column === pick?.value),
    );
  pick?.addEventListener("change", showColumn);
  showColumn();
  if (!find("[data-move]", shown) || !document.documentElement.dataset.sortable) return;
  const Sortable = await library(document.documentElement.dataset.sortable, "Sortable");
  const lanes = all("[data-lane]", shown);
  for (const lane of lanes) {
    Sortable.create(lane, {
      group: "board",
      draggable: "[data-card]",
      filter: "a, button, input, summary, form",
      preventOnFilter: false,
      sort: false,
      delay: 120,
      delayOnTouchOnly: true,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
      onStart: ({ item, from }) =>
        lanes.forEach((other) => {
          if (other === from) return;
          other.classList.add(moveOf(item, other) ? "is-target" : "is-refused");
        }),
      onMove: ({ dragged, to, from }) => to === from || Boolean(moveOf(dragged, to)),
      onEnd: ({ item, to, from, oldIndex }) => {
        lanes.forEach((other) => other.classList.remove("is-target", "is-refused"));
        if (to === from) return;
        const move = moveOf(item, to);
        if (move?.matches("form")) move.requestSubmit();
        else {
          from.insertBefore(item, from.children[oldIndex] ?? null);
          move?.click();
        }
      },
    });
  }
}
board();
document.addEventListener("htmx:afterSettle", board);
document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || !event.key.startsWith("Arrow") || event.target.matches("input, summary")) return;
  const lane = card.closest("[data-lane]");
  const lanes = all("[data-lane]");
  const cards = all("[data-card]", lane);
  const position = cards.indexOf(card);
  const beside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next = beside
    ? (all("[data-card]", lanes[lanes.indexOf(lane) + beside] ?? lane)[position] ??
      find("[data-card]", lanes[lanes.indexOf(lane) + beside] ?? lane))
    : cards[position + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  find("[data-row-link]", next)?.focus();
});
