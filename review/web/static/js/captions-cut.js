// One line made two, two made one: words, times and the machine's marks. Nothing of the page here.

import { milliseconds, timecode } from "./captions-judge.js";

// Marks belong to a text and go with the part of it that they point at.
function part(row, from, to) {
  const text = row.text.slice(from, to);
  const lead = text.length - text.trimStart().length;
  const same = row.text === row.before;
  const unsure = same
    ? row.unsure
        .filter(([start, end]) => start >= from && end <= to)
        .map(([start, end]) => [start - from - lead, end - from - lead])
    : [];
  return { ...row, text: text.trim(), before: same ? text.trim() : "", unsure };
}

// The time goes to each part by its share of the characters; null where one would be empty.
export function cut(row, at) {
  if (at <= 0) return null;
  const first = part(row, 0, at);
  const second = part(row, at, row.text.length);
  if (!first.text || !second.text) return null;
  const start = milliseconds(row.start) ?? 0;
  const end = milliseconds(row.end) ?? start;
  const middle = timecode(start + Math.round(((end - start) * at) / row.text.length));
  return [{ ...first, end: middle }, { ...second, start: middle }];
}

// What one of the two lines is doubted for holds for both, until somebody keeps the whole.
export function join(one, two) {
  const doubted = [one, two].filter((row) => row.doubt);
  const held = doubted.some((row) => !row.kept && row.text === row.before);
  const [first, second] = [one.text.trim(), two.text.trim()];
  const text = first ? `${first} ${second}` : second;
  const shift = text.length - second.length;
  const unsure = [
    ...(one.text === one.before ? one.unsure : []),
    ...(two.text === two.before ? two.unsure.map(([s, e]) => [s + shift, e + shift]) : []),
  ];
  return {
    ...one,
    end: two.end,
    text,
    before: text,
    doubt: doubted[0]?.doubt ?? "",
    reason: doubted[0]?.reason ?? "",
    kept: doubted.length > 0 && !held,
    drop: false,
    unsure,
    names: [...one.names, ...two.names],
  };
}
