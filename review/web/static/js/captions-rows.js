// The rows of the caption editor as plain values, and back into the page.

export const rows = (form) => [...form.querySelectorAll("[data-lines-edit] > [data-line]")];
export const active = (form) => form.querySelector("[data-line].line-active");

const beside = (line, way) => {
  const other = line?.[way];
  return other?.matches("[data-line]") ? other : null;
};
export const rowBefore = (line) => beside(line, "previousElementSibling");
export const rowAfter = (line) => beside(line, "nextElementSibling");

const field = (line, name) => line.querySelector(`[data-line-${name}]`);
const spans = (text) => [...text.matchAll(/(\d+)-(\d+)/g)].map(([, from, to]) => [+from, +to]);

export function read(line) {
  return {
    start: field(line, "start").value,
    end: field(line, "end").value,
    text: field(line, "text").value,
    before: field(line, "before").value.replaceAll("\r\n", "\n"),
    doubt: field(line, "doubt").value,
    reason: field(line, "reason").textContent,
    unsure: spans(field(line, "unsure").value),
    // While words are being retyped the tick is set by the page; what was ticked before counts.
    kept: field(line, "kept").disabled
      ? field(line, "kept").dataset.was === "1"
      : field(line, "kept").checked,
    drop: field(line, "drop").checked,
    names: [...field(line, "names").children].map(({ dataset, outerHTML }) => ({
      found: dataset.found,
      html: outerHTML,
    })),
  };
}

export const readAll = (form) => rows(form).map(read);

function make(form, row) {
  const blank = form.querySelector("[data-line-blank]").content.firstElementChild;
  const line = document.importNode(blank, true);
  field(line, "start").value = row.start;
  field(line, "end").value = row.end;
  field(line, "text").value = row.text;
  field(line, "before").value = row.before ?? "";
  field(line, "doubt").value = row.doubt ?? "";
  field(line, "unsure").value = (row.unsure ?? []).map(([from, to]) => `${from}-${to}`).join(",");
  field(line, "kept").checked = row.kept ?? false;
  field(line, "drop").checked = row.drop ?? false;
  if (row.doubt) field(line, "reason").textContent = row.reason;
  showUnsure(line, row);
  const names = field(line, "names");
  // Rows of the server's own making, taken from this page and put back into it as they were.
  for (const { html } of row.names ?? []) names.insertAdjacentHTML("beforeend", html);
  names.hidden = !names.children.length;
  return line;
}

function showUnsure(line, row) {
  const words = (row.unsure ?? []).map(([from, to]) => row.before.slice(from, to));
  const place = field(line, "unsure-words");
  place.hidden = !words.length;
  for (const word of words) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn-word";
    button.dataset.word = word;
    const mark = document.createElement("u");
    mark.className = "unsure";
    mark.textContent = word;
    button.append(mark);
    place.append(" ", button);
  }
}

export function write(form, values) {
  const list = form.querySelector("[data-lines-edit]");
  list.replaceChildren(...values.map((row) => make(form, row)));
}
