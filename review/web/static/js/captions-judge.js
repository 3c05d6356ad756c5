// What viewers would mind about a line, told while it is mended. The numbers are those of
// media/limits.py, where their reasons stand; a test holds the two together.

import { read } from "./captions-rows.js";

const ROW_CHARS = 42;
const ROWS = 2;
const CHARS_PER_SECOND = 20;
const GRACE_MS = 500;

export function milliseconds(text) {
  const found = /^\s*(?:(\d+):)?(?:(\d+):)?(\d+)(?:[.,](\d+))?\s*$/.exec(text);
  if (!found) return null;
  const [, first, second, last, rest] = found;
  const minutes = second === undefined ? +(first ?? 0) : +first * 60 + +second;
  return minutes * 60_000 + +last * 1000 + +`${rest ?? ""}000`.slice(0, 3);
}

export function timecode(milliseconds) {
  const whole = Math.max(0, Math.round(milliseconds));
  const two = (number) => String(number).padStart(2, "0");
  const rest = String(whole % 1000).padStart(3, "0");
  return `${two(Math.floor(whole / 60_000))}:${two(Math.floor(whole / 1000) % 60)}.${rest}`;
}

function screenRows(text) {
  let count = 0;
  for (const row of text.split("\n")) {
    let length = -1;
    for (const word of row.split(/\s+/).filter(Boolean)) {
      const size = [...word].length;
      if (length >= 0 && length + 1 + size <= ROW_CHARS) length += 1 + size;
      else [count, length] = [count + 1, size];
    }
  }
  return count;
}

export function complaints(row, above, duration) {
  const text = row.text.trim().normalize("NFC");
  if (!text || row.drop) return [];
  const start = milliseconds(row.start);
  const end = milliseconds(row.end);
  if (start === null || end === null) return [["unreadable", {}]];
  const found = [];
  const count = screenRows(text);
  if (count > ROWS) found.push(["rows", { rows: count, max: ROWS }]);
  const rate = Math.round(([...text].length * 1000) / (end - start));
  if (end <= start) found.push(["order", {}]);
  else if (rate > CHARS_PER_SECOND) found.push(["fast", { rate, max: CHARS_PER_SECOND }]);
  const before = above ? milliseconds(above.end) : null;
  if (before !== null && start < before) found.push(["overlap", {}]);
  if (duration && end > duration + GRACE_MS) found.push(["beyond", {}]);
  return found;
}

function say(template, params) {
  return template.replace(/\{(\w+)\}/g, (all, name) => params[name] ?? all);
}

const plain = (text) => text.trim().split(/\s+/).join(" ").normalize("NFC");

export function judge(line, above, words, duration) {
  const row = read(line);
  const list = line.querySelector("[data-line-warnings]");
  const said = complaints(row, above && read(above), duration).map(([code, params]) =>
    say(words[code], params),
  );
  if ([...list.children].map((item) => item.textContent.trim()).join("\n") !== said.join("\n")) {
    const items = said.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    });
    list.replaceChildren(...items);
  }
  // Words that somebody typed are theirs: the line is kept, and the page says so.
  const typed = Boolean(row.doubt) && plain(row.text) !== plain(row.before);
  const kept = line.querySelector("[data-line-kept]");
  line.querySelector("[data-line-doubted]").hidden = !row.doubt;
  line.querySelector("[data-line-typed]").hidden = !typed || row.drop;
  if (typed !== kept.disabled) {
    if (typed) kept.dataset.was = kept.checked ? "1" : "";
    kept.checked = typed ? !row.drop : kept.dataset.was === "1";
    kept.disabled = typed;
  }
  line.classList.toggle("line-doubt", Boolean(row.doubt) && !row.kept && !typed);
  line.classList.toggle("line-dropped", row.drop);
  const names = line.querySelector("[data-line-names]");
  for (const item of names.children) item.hidden = !row.text.includes(item.dataset.found);
  names.hidden = ![...names.children].some((item) => !item.hidden);
}
