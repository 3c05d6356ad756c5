// The caption editor. The rows in the page are the truth; what is done to them can be undone, and
// nothing is kept before it is saved as a version. Without this file the same rows are plain fields.

import { active, read, readAll, rowAfter, rowBefore, rows, write } from "./captions-rows.js";
import { cut, join } from "./captions-cut.js";
import { judge, milliseconds, timecode } from "./captions-judge.js";
import { play, toggle } from "./captions-play.js";
import { player, seek } from "./seek.js";

const form = document.querySelector("[data-captions]");
const words = JSON.parse(form.dataset.words);
const duration = +form.dataset.duration;
const PAUSE_MS = 1000; // typing that rests this long is one step for undoing
const NEW_LINE_MS = 2000;
const past = [];
const future = [];
const began = JSON.stringify(readAll(form));
let typedAt = 0;
let typedIn = null;
let sent = false;


// ── undoing ──────────────────────────────────────────────────────────────────────────────────

function remember() {
  past.push(readAll(form));
  future.length = 0;
}

function step(from, to) {
  if (!from.length) return;
  const here = rows(form).indexOf(active(form));
  to.push(readAll(form));
  write(form, from.pop());
  after();
  choose(rows(form)[Math.min(here, rows(form).length - 1)]);
}

const dirty = () =>
  !sent && document.contains(form) &&
  ("typed" in form.dataset || JSON.stringify(readAll(form)) !== began);

function after() {
  for (const line of rows(form)) judge(line, rowBefore(line), words, duration);
  for (const [index, line] of rows(form).entries()) {
    const label = words.line.replace("{number}", index + 1);
    line.querySelector("[data-line-text]").setAttribute("aria-label", label);
  }
  showState();
}

function showState() {
  form.querySelector("[data-undo]").disabled = !past.length;
  form.querySelector("[data-redo]").disabled = !future.length;
  form.querySelector("[data-saved]").textContent = dirty() ? words.unsaved : words.saved;
}

// ── what is done to a line ───────────────────────────────────────────────────────────────────

function split(line) {
  const row = read(line);
  let at = line.querySelector("[data-line-text]").selectionStart;
  // Where the caret was left, also when a button was pressed since; else near the middle.
  if (at <= 0 || at >= row.text.length) at = row.text.indexOf(" ", row.text.length >> 1);
  const parts = cut(row, at);
  if (parts) replace(line, 1, parts, 1, 0);
}

function merge(line) {
  const following = rowAfter(line);
  if (!following || !read(following).text.trim()) return;
  const merged = join(read(line), read(following));
  replace(line, 2, [merged], 0, read(line).text.trim().length);
}

function add(line) {
  const row = read(line);
  const next = rowAfter(line);
  const start = milliseconds(row.end) ?? 0;
  const limit = next ? (milliseconds(read(next).start) ?? Infinity) : duration || Infinity;
  const end = Math.max(start, Math.min(start + NEW_LINE_MS, limit));
  const fresh = { start: timecode(start), end: timecode(end), text: "" };
  replace(line, 1, [row, fresh], 1, 0);
}

function drop(line) {
  replace(line, 1, [], 0, 0);
}

// Puts `fresh` in the place of `count` rows from `line` on and goes to one of them.
function replace(line, count, fresh, go, caret) {
  remember();
  const all = readAll(form);
  const at = rows(form).indexOf(line);
  all.splice(at, count, ...fresh);
  write(form, all);
  after();
  const target = rows(form)[Math.min(at + go, all.length - 1)];
  if (target) type(target, caret);
}

function setTime(line, which) {
  const video = player();
  if (!video) return;
  remember();
  line.querySelector(`[data-line-${which}]`).value = timecode(video.currentTime * 1000);
  after();
}

function swap(button, line) {
  const { found, name } = button.closest("li").dataset;
  const field = line.querySelector("[data-line-text]");
  const at = field.value.indexOf(found);
  if (at < 0) return;
  remember();
  field.setRangeText(name, at, at + found.length, "end");
  button.closest("li").remove();
  after();
}

function showWord(button, line) {
  const field = line.querySelector("[data-line-text]");
  const at = field.value.indexOf(button.dataset.word);
  play(line);
  field.focus();
  if (at >= 0) field.setSelectionRange(at, at + button.dataset.word.length);
}

// ── going about ──────────────────────────────────────────────────────────────────────────────

function choose(line) {
  if (!line) return;
  line.focus();
  line.scrollIntoView({ block: "nearest" });
}

function type(line, caret) {
  const field = line?.querySelector("[data-line-text]");
  if (!field) return;
  field.focus();
  const at = caret === "end" ? field.value.length : caret;
  field.setSelectionRange(at, at);
  const { start } = read(line);
  seek(milliseconds(start) ?? 0, false);
}

const DOES = { split, merge, add, drop };

let wasActive = null;
form.addEventListener("pointerdown", () => (wasActive = active(form)), true);

form.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest(selector);
  if (hit("[data-undo]")) step(past, future);
  if (hit("[data-redo]")) step(future, past);
  const button = hit("button");
  const line = hit("[data-line]") ?? (hit("[data-shared]") && active(form));
  if (!line) return;
  if (hit("[data-line-play]")) play(line);
  else if (button?.dataset.lineSet) setTime(line, button.dataset.lineSet);
  else if (button?.dataset.lineDo) DOES[button.dataset.lineDo](line);
  else if ("swap" in (button?.dataset ?? {})) swap(button, line);
  else if (button?.dataset.word) showWord(button, line);
  else if (wasActive !== line && hit("[data-line-text], .cap-line") && !hit("label, input")) {
    play(line);
  }
});

// The tools at the bottom of a phone leave the caret and the keyboard where they are.
form.addEventListener("mousedown", (event) => {
  if (event.target.closest("[data-shared]")) event.preventDefault();
});

form.addEventListener("focusin", (event) => {
  const line = event.target.closest("[data-line]");
  if (!line) return;
  for (const other of rows(form)) other.classList.toggle("line-active", other === line);
});

form.addEventListener("beforeinput", (event) => {
  const now = Date.now();
  if (event.target !== typedIn || now - typedAt > PAUSE_MS) remember();
  [typedIn, typedAt] = [event.target, now];
});

form.addEventListener("input", (event) => {
  if (event.target.type !== "checkbox") after();
});

form.addEventListener("change", (event) => {
  const line = event.target.closest("[data-line]");
  if (event.target.type !== "checkbox" || !line) return;
  // The tick has changed already; the state before it is the one to come back to.
  event.target.checked = !event.target.checked;
  remember();
  event.target.checked = !event.target.checked;
  const other = event.target.matches("[data-line-kept]") ? "drop" : "kept";
  if (event.target.checked) line.querySelector(`[data-line-${other}]`).checked = false;
  after();
});

function typing(event, line) {
  const field = event.target;
  const bare = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  const end = field.value.length;
  const still = field.selectionStart === field.selectionEnd;
  if (event.key === "Tab" && !event.ctrlKey && !event.altKey) {
    const target = event.shiftKey ? rowBefore(line) : rowAfter(line);
    return target ? () => type(target, event.shiftKey ? "end" : 0) : null;
  }
  if (event.key === "Escape") return () => choose(line);
  if (bare && still && event.key === "ArrowUp" && field.selectionStart === 0 && rowBefore(line)) {
    return () => type(rowBefore(line), "end");
  }
  if (bare && still && event.key === "ArrowDown" && field.selectionEnd === end && rowAfter(line)) {
    return () => type(rowAfter(line), 0);
  }
  return null;
}

function chosen(event, line) {
  if (event.key === "ArrowUp") return () => choose(rowBefore(line));
  if (event.key === "ArrowDown") return () => choose(rowAfter(line));
  if (event.key === "Enter" && !event.ctrlKey) return () => type(line, "end");
  return null;
}

function anywhere(event, line) {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (control && key === "enter" && line) return () => (event.shiftKey ? merge : split)(line);
  if (control && key === "z") {
    return () => (event.shiftKey ? step(future, past) : step(past, future));
  }
  if (control && key === "y") return () => step(future, past);
  if (control && key === "s") return () => form.requestSubmit();
  if (event.altKey && event.code === "KeyP" && line) return () => play(line);
  return null;
}

function pressed(event) {
  if (!document.contains(form)) return;
  const line = event.target.closest?.("[data-line]");
  const act =
    anywhere(event, line) ??
    (event.target.matches("[data-line-text]") ? typing(event, line) : null) ??
    (event.target.matches("[data-line]") ? chosen(event, line) : null) ??
    (event.key === " " && !event.target.matches(CONTROLS) ? toggle : null);
  if (!act) return;
  event.preventDefault();
  act();
}

// On the way down: before the keys of the player itself, which leave alone what was answered here.
document.addEventListener("keydown", pressed, true);

const CONTROLS = "input, textarea, select, button, summary, a, video, label";

// ── leaving and saving ───────────────────────────────────────────────────────────────────────

addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});

// The tabs change the page in part, of which the browser does not warn.
document.addEventListener(
  "click",
  (event) => {
    if (!event.target.closest?.("[data-tab]") || !dirty() || confirm(words.leave)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

form.addEventListener("submit", () => {
  sent = true;
  for (const [index, line] of rows(form).entries()) {
    for (const field of line.querySelectorAll("[name]")) {
      field.name = field.name.replace(/^line\d+/, `line${index}`);
    }
  }
});
addEventListener("pageshow", () => (sent = false));

after();
