// Finding words in the transcript while they are typed: marks in the lines that are read, whole
// rows in the editor. Works on the document, so that a tab that arrives later is searched too.

import { find } from "./fold.js";

let place = -1;

function unmark(element) {
  for (const mark of element.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
  element.normalize();
}

function markPart(node, from, to) {
  const middle = node.splitText(from);
  middle.splitText(to - from);
  const mark = document.createElement("mark");
  middle.replaceWith(mark);
  mark.append(middle);
}

// A hit may run over several text nodes, where an unsure word is underlined; from the back, so
// that what is still to be marked keeps its place.
function mark(element, ranges) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let offset = 0;
  while (walker.nextNode()) {
    nodes.push([walker.currentNode, offset]);
    offset += walker.currentNode.data.length;
  }
  for (const [start, end] of ranges.toReversed?.() ?? [...ranges].reverse()) {
    for (const [node, at] of [...nodes].reverse()) {
      const from = Math.max(start - at, 0);
      const to = Math.min(end - at, node.data.length);
      if (from < to) markPart(node, from, to);
    }
  }
}

function rows() {
  return [...document.querySelectorAll("[data-lines-edit] [data-line], #tab-body .lines > li")];
}

function look(row, words) {
  const typed = row.querySelector("[data-line-text]");
  const read = row.querySelector("[data-find-in]");
  if (read) unmark(read);
  const ranges = find(typed ? typed.value : (read?.textContent ?? ""), words);
  if (read) mark(read, ranges);
  row.classList.toggle("line-found", ranges.length > 0);
  return ranges.length > 0;
}

function search(field) {
  place = -1;
  const words = field.value.trim();
  const count = rows().filter((row) => look(row, words)).length;
  const said = field.form.querySelector("[data-find-count]");
  const template = count ? said.dataset.some : said.dataset.none;
  said.textContent = words
    ? template.replace("{count}", count).replace("{words}", words)
    : "";
}

function next(field) {
  const found = rows().filter((row) => row.classList.contains("line-found"));
  if (!found.length) return;
  place = (place + 1) % found.length;
  const row = found[place];
  row.scrollIntoView({ block: "center" });
  for (const other of found) other.classList.toggle("line-here", other === row);
  const typed = row.querySelector("[data-line-text]");
  if (typed) {
    const [[start, end]] = find(typed.value, field.value);
    typed.setSelectionRange(start, end);
  }
}

document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-find-words]")) search(event.target);
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches?.("[data-find]")) return;
  event.preventDefault();
  const field = event.target.querySelector("[data-find-words]");
  if (!document.querySelector(".line-found")) search(field);
  next(field);
});
