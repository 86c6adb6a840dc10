// Tables whose rows a reader can put in order by any column. Without scripts they stay in the order they have.

const value = (row, column) => {
  const cell = row.cells[column];
  const given = cell.dataset.value ?? cell.textContent.trim();
  return given !== "" && Number.isFinite(Number(given)) ? Number(given) : given;
};

const compare = (a, b) => {
  if (a === "" || b === "") return (a === "") - (b === "");
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
};

// Rows of a group stay below its heading, and those without a value come last either way.
const order = (body, column, ascending) => {
  const rows = [...body.rows].filter((row) => !row.classList.contains("group"));
  rows.sort((left, right) => {
    const [a, b] = [value(left, column), value(right, column)];
    return a === "" || b === "" || ascending ? compare(a, b) : compare(b, a);
  });
  body.append(...rows);
};

/** Makes the headers of such tables buttons. */
export function startSort() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const ascending = header.getAttribute("aria-sort") !== "ascending";
        headers.forEach((other) => other.removeAttribute("aria-sort"));
        header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
        for (const body of table.tBodies) order(body, column, ascending);
      });
    });
  }

  for (const note of document.querySelectorAll(".scripted")) note.hidden = false;
}
