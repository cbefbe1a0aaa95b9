/// What the page does beyond being read: a click on the head of a column sorts the table of trials.
///
/// Without it the table stands in the order of numbers, and nothing is missing.
enum PageScript {
  /// The script.
  static let text = """
    for (const table of document.querySelectorAll("table.trials")) {
      const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
      const key = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = (a, b) => {
        if (a === "" || b === "") return a === b ? 0 : a === "" ? Infinity : -Infinity;
        const x = Number(a), y = Number(b);
        return isNaN(x) || isNaN(y) ? (a < b ? -1 : a > b ? 1 : 0) : x - y;
      };
      heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => {
          const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
          const rows = [...body.rows].map(row => [key(row, column), row]);
          rows.sort(([a], [b]) => { const o = order(a, b); return Math.abs(o) === Infinity ? o : sign * o; });
          body.append(...rows.map(([, row]) => row));
          heads.forEach(other => other.removeAttribute("aria-sort"));
          head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        });
      });
    }
    """
}
