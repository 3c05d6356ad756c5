// A list by keyboard: j and k, or the arrows, go from row to row, Enter opens (the focus is on the
// row's own link), "/" goes to the search line and Escape back to the rows.

const rows = () => [...document.querySelectorAll("[data-rows] .row-title a")];
const find = () => document.querySelector("[data-find]");
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

function go(step) {
  const links = rows();
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step;
  const link = links[Math.min(Math.max(next, 0), links.length - 1)];
  link.focus();
  link.closest("li").scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const field = find();
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) {
    // From the search line the way leads down into what it found; other fields keep their keys.
    if (typing !== field || !["ArrowDown", "Escape"].includes(event.key)) return;
    event.preventDefault();
    field.blur();
    go(1);
    return;
  }
  if (event.key === "/" && field) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key in STEPS && !event.target.closest("summary, [role=menu]")) {
    event.preventDefault();
    go(STEPS[event.key]);
  }
});
