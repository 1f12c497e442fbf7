"use strict";
/* Tables that are sorted by a click on a heading. */
function make(tag, text) {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  return node;
}
function sortable(table) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  heads.forEach((head, column) => {
    const numeric = [...body.rows].some((row) => row.cells[column] && row.cells[column].classList.contains("number"));
    const button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    if (numeric) head.className = "right";
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => { const cell = row.cells[column]; return numeric ? (cell.dataset.value === undefined ? null : Number(cell.dataset.value)) : cell.textContent; };
      const compare = (a, b) => {
        const [x, y] = [value(a), value(b)];
        if (x === null || y === null) return (x === null) - (y === null);
        return (down ? -1 : 1) * (numeric ? x - y : collator.compare(x, y));
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
}
document.querySelectorAll("table.sortable").forEach(sortable);
