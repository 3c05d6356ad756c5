// Text without accents, and where words stand in it. The server does the same in
// review/words/folding.py, so that a search finds what the page finds.

const MARKS = /\p{M}/gu;

export function fold(text) {
  return text
    .toLowerCase()
    .replaceAll("đ", "d")
    .normalize("NFD")
    .replace(MARKS, "")
    .normalize("NFC")
    .split(/\s+/)
    .filter(Boolean)
    .join(" ");
}

// Half-open ranges of `text` in which `words` stand, accents and case aside.
export function find(text, words) {
  const wanted = fold(words);
  if (!wanted) return [];
  let folded = "";
  const places = [];
  for (let at = 0; at < text.length; at += 1) {
    const plain = /\s/.test(text[at]) ? " " : fold(text[at]);
    if (plain === " " && (!folded || folded.endsWith(" "))) continue;
    folded += plain;
    for (let count = 0; count < plain.length; count += 1) places.push(at);
  }
  const found = [];
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
    let end = places[at + wanted.length - 1] + 1;
    while (end < text.length && /\p{M}/u.test(text[end])) end += 1;
    found.push([places[at], end]);
  }
  return found;
}
