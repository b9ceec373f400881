import { displayWidth } from "./display-width.ts";

/**
 * Rows under headings in aligned columns, two spaces apart, no borders (so
 * that `awk` and `cut` work on it), no trailing spaces. Cells may carry colour.
 * A row that is shorter than the headings ends early; an empty cell shows as it is.
 */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => displayWidth(line[column] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
