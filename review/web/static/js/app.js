// Small comforts for every page. Each works on the document, so that parts which arrive later
// (htmx) need no second start; without this file every page still does its work.

function inform(button, text) {
  const word = button.querySelector("span") ?? button;
  const before = word.textContent;
  word.textContent = text;
  button.setAttribute("aria-live", "polite");
  setTimeout(() => (word.textContent = before), 2500);
}

function selectText(source) {
  if ("select" in source) {
    source.focus();
    source.select();
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(source);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// The clipboard of the browser is closed on plain http, where most offices are: then the old
// command is tried, and if that fails too the text stands selected for the finger to copy.
async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  const text = source.value ?? source.textContent;
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      inform(button, button.dataset.done);
      return;
    } catch {
      // Refused by the browser: go on to the older ways.
    }
  }
  source.closest("details:not([open])")?.setAttribute("open", "");
  selectText(source);
  const done = document.execCommand("copy");
  inform(button, done ? button.dataset.done : button.dataset.byHand);
}

function toggleTheme() {
  const root = document.documentElement;
  root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.bsTheme);
  } catch {
    // Not kept, but switched for this page.
  }
}

// A long password typed unseen on a phone is a wrong password; its owner may look at it.
function reveal(button) {
  const field = document.querySelector(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  field.focus();
}

// One more row of a form: the last one again, empty, with the next number in every name.
function addRow(rows) {
  const number = rows.children.length;
  const row = rows.lastElementChild.cloneNode(true);
  const renumber = (text) => text.replace(/^((?:f-)?[a-z]+)\d+_/, `$1${number}_`);
  for (const part of row.querySelectorAll("[name], [id], [for]")) {
    for (const name of ["name", "id", "for"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, renumber(value));
    }
    if (part.type === "checkbox") part.checked = false;
    else if (part.matches("input")) part.value = "";
  }
  row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/\d+/, number + 1));
  rows.append(row);
  row.querySelector("input").focus();
}

function closePanels(except) {
  for (const panel of document.querySelectorAll("details.panel[open], details.menu[open]")) {
    if (panel !== except) panel.open = false;
  }
}

document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  const copier = hit("[data-copy]");
  if (copier) copy(copier);
  if (hit("[data-theme-toggle]")) toggleTheme();
  const revealer = hit("[data-reveal]");
  if (revealer) reveal(revealer);
  const adder = hit("[data-add-row]");
  if (adder) addRow(document.querySelector(adder.dataset.addRow));
  if (hit("[data-close-panel]")) {
    const panel = hit("details");
    panel.open = false;
    panel.querySelector("summary").focus();
  }
  // A player beside an open panel stays usable: the note is written while watching.
  if (!hit("[data-player-area]")) closePanels(hit("details.panel, details.menu"));
  const all = hit("[data-tick-all]");
  if (all) {
    for (const box of document.querySelectorAll(all.dataset.tickAll)) {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
});

// On a phone the row of tabs is longer than the screen: the one that is open comes into sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.panel[open], details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

// One press, one post: the second press of an impatient finger is the classic double decision.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]").content;
});
