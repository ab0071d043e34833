// Long choices and people: a field one types in to find something. Without a script it stays a plain
// list, or a line for user names; the library comes only to pages that have such a field.
const WORTH = 9; // as many options are read at a glance
const MOST_SHOWN = 100;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const isLong = (field) => field.matches("[data-people]") || field.multiple || field.options.length > WORTH;

let coming;
const library = () =>
  (coming ??= new Promise((done, failed) => {
    document.head.append(
      Object.assign(document.createElement("script"), {
        src: document.documentElement.dataset.tomSelect,
        onload: () => done(window.TomSelect),
        onerror: failed,
      }),
    );
  }));

async function ask(field, typed, give) {
  try {
    const answer = await fetch(`${field.dataset.people}?q=${encodeURIComponent(typed)}`, {
      headers: { Accept: "application/json" },
    });
    give((await answer.json()).results);
  } catch {
    give();
  }
}

// What is chosen among people comes from the server, name by name.
const searched = (field) => ({
  valueField: "handle",
  labelField: "name",
  searchField: ["name", "handle"],
  options: JSON.parse(field.dataset.chosen || "[]"),
  items: JSON.parse(field.dataset.chosen || "[]").map((one) => one.handle),
  maxItems: "several" in field.dataset ? null : 1,
  delimiter: ", ",
  loadThrottle: 200,
  shouldLoad: (typed) => typed.trim().length > 0,
  load: (typed, give) => ask(field, typed, give),
});

const made = (tag, css, ...inside) => {
  const element = document.createElement(tag);
  element.className = css;
  element.append(...inside);
  return element;
};
function item(several, name) {
  const shown = made("div", "item", name);
  if (!several) return shown;
  const away = made("button", "pick__away", "×");
  away.type = "button";
  away.tabIndex = -1;
  away.setAttribute("aria-label", `Remove ${name}`);
  shown.append(away);
  return shown;
}
function option(data, label) {
  const shown = made("div", "option", made("span", "", data[label]));
  if (data.detail) shown.append(made("span", "pick__detail", data.detail));
  return shown;
}
function said(words) {
  const shown = made("div", "pick__nothing", words);
  shown.setAttribute("role", "option"); // a list for ears has nothing but these
  shown.setAttribute("aria-disabled", "true");
  return shown;
}

function begin(TomSelect, field) {
  const had = document.activeElement === field;
  const people = field.matches("[data-people]");
  const several = people ? "several" in field.dataset : field.multiple;
  const label = people ? "name" : "text";
  const empty = people ? "Type a part of a name" : "Type to find one";
  const picker = new TomSelect(field, {
    maxOptions: MOST_SHOWN,
    refreshThrottle: 0, // or Enter takes what stood first before the last letter
    hideSelected: several,
    closeAfterSelect: true, // or the list hides the button below it
    openOnFocus: false, // a letter, an arrow or a press opens it
    clearAfterSelect: true,
    ...(several || people ? { placeholder: empty } : {}), // else what stands for no choice
    hidePlaceholder: true,
    create: false,
    ...(people ? searched(field) : {}),
    render: {
      item: (data) => item(several, data[label]),
      option: (data) => option(data, label),
      no_results: () => said(people ? "Nobody of this name" : "Nothing of this name"),
      not_loading: () => said(empty),
      loading: () => said("Looking"),
    },
  });
  field.setAttribute("aria-hidden", "true");
  const typed = picker.control_input;
  picker.control.id = `${field.id}-chosen`;
  const told = [field.getAttribute("aria-describedby"), picker.control.id].filter(Boolean).join(" ");
  typed.setAttribute("aria-describedby", told);
  if (field.hasAttribute("aria-invalid")) typed.setAttribute("aria-invalid", "true");
  if (field.required) typed.setAttribute("aria-required", "true");
  if (had) typed.focus();
  const open = (was) => was || picker.refreshOptions(true);
  picker.control.addEventListener("click", () => setTimeout(open, 0, picker.isOpen), true);
  field.addEventListener("focus", () => picker.focus()); // where an error's link leads
  picker.control.addEventListener(
    "mousedown",
    (event) => {
      const away = event.target.closest(".pick__away");
      if (!away) return;
      event.preventDefault();
      event.stopPropagation();
      picker.removeItem(away.closest("[data-value]").dataset.value);
    },
    true,
  );
}

async function prepare() {
  const waiting = () =>
    all("select[data-pick], input[data-people]").filter((field) => !field.tomselect && isLong(field));
  if (!waiting().length) return;
  const TomSelect = await library();
  waiting().forEach((field) => begin(TomSelect, field));
}
document.addEventListener("htmx:afterSettle", prepare);
document.addEventListener("dialog:shown", prepare);
prepare();
