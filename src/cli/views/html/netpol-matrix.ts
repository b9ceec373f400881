import type { MatrixCell, PolicyMatrix } from "../../../core/netpol/policy-matrix.ts";
import type { ReachMatrices } from "../../../core/netpol/results.ts";
import { describeSides } from "../human/netpol-sides.ts";

const style = `
:root { color-scheme: light dark; font: 14px system-ui, sans-serif; }
body { margin: 2rem; }
.frame { overflow: auto; max-height: 85vh; }
table { border-collapse: separate; border-spacing: 1px; }
th { font-weight: normal; text-align: left; white-space: nowrap; padding: .2rem .5rem; background: Canvas; position: sticky; }
thead th { top: 0; z-index: 1; writing-mode: vertical-rl; vertical-align: bottom; }
tbody th { left: 0; }
td { min-width: 1.8rem; text-align: center; padding: .2rem; color: #000; }
td.all { background: #9bd69b; }
td.some { background: #f5d97e; }
td.none { background: #eda3a3; }
td.empty { color: inherit; opacity: .5; }
`;

/** The tables of all clusters as one page without scripts, that needs nothing else; what decides a cell is its title. */
export function matrixPage({ matrices, unreachable }: ReachMatrices): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Who may reach whom, by NetworkPolicies</title>
<style>${style}</style>
</head>
<body>
<h1>Who may reach whom, by NetworkPolicies</h1>
<p>From the rows to the columns. √ open, ~ at some ports or for some pods, × closed, ? not known: rules admit blocks of addresses, and nobody knows whether the address is in one. The ports, and the policies that decide, are shown for the cell under the pointer.</p>
${matrices.map(section).join("\n")}
${unreachable.map(({ cluster, diagnostic }) => `<p>× ${escape(cluster)} does not answer: ${escape(diagnostic.summary)}</p>`).join("\n")}
</body>
</html>`;
}

function section(matrix: PolicyMatrix): string {
  const { cluster, sources, destinations, otherPolicies } = matrix;
  const head = destinations.map(({ name }) => `<th scope="col">${escape(name)}</th>`).join("");
  const rows = sources.map(
    ({ name }, row) =>
      `<tr><th scope="row">${escape(name)}</th>${destinations.map((_, column) => cellOf(matrix, row, column)).join("")}</tr>`,
  );
  const others =
    otherPolicies.length === 0
      ? ""
      : `<p>? Policies that isthmus cannot judge may decide otherwise: ${escape(otherPolicies.join(", "))}</p>\n`;
  return `<h2>${escape(cluster)}</h2>
${others}<div class="frame"><table>
<thead><tr><th></th>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function cellOf(matrix: PolicyMatrix, row: number, column: number): string {
  const cell = matrix.cells[row]?.[column];
  if (cell === undefined || cell.length === 0) {
    return '<td class="empty">–</td>';
  }
  const states = new Set(cell.map(({ open }) => open));
  const unsure = cell.some((one) => one.unsure === true);
  const [only = "some"] = states.size === 1 && !unsure ? states : [];
  const marks = { all: "√", some: "~", none: "×" } as const;
  const title = cell.flatMap((one) => titleOf(matrix, one, [row, column])).join("\n");
  return `<td class="${only}" title="${escape(title)}">${unsure ? "?" : marks[only]}</td>`;
}

function titleOf(
  matrix: PolicyMatrix,
  { port, protocol, open, unsure }: MatrixCell,
  [row, column]: readonly [number, number],
): readonly string[] {
  const words = { all: "open", some: "open for some pods", none: "closed" } as const;
  const families = matrix.decide(row, column, { port, protocol })?.families ?? [];
  return [
    `${protocol} ${port}: ${unsure === true ? "not known" : words[open]}`,
    ...families
      .flatMap((one) => describeSides(one, ({ open, unsure }) => (unsure === true ? "?" : open ? "√" : "×")))
      .map((line) => `  ${line}`),
  ];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
