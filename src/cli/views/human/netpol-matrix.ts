import type { MatrixCell, PolicyMatrix } from "../../../core/netpol/policy-matrix.ts";
import type { ReachMatrices } from "../../../core/netpol/results.ts";
import type { Palette } from "../../terminal/palette.ts";
import { renderTable } from "./table.ts";

/** A table for each cluster, from the rows to the columns, which are numbered; below it which ports are open where not all or none are. */
export function viewMatrices({ matrices, unreachable }: ReachMatrices, palette: Palette): string {
  return [
    ...matrices.map((matrix) => viewMatrix(matrix, palette)),
    ...unreachable.map(
      ({ cluster, diagnostic }) => `${palette.bad("×")} ${cluster} does not answer: ${diagnostic.summary}`,
    ),
  ].join("\n\n");
}

function viewMatrix(matrix: PolicyMatrix, palette: Palette): string {
  const { cluster, sources, destinations, cells, otherPolicies } = matrix;
  const numbers = destinations.map((_, index) => String(index + 1));
  const head = [palette.strong(cluster.toUpperCase()), "FROM \\ TO", ...numbers];
  const rows = destinations.map(({ name }, place) => [
    numbers[place] ?? "",
    name,
    ...(place < sources.length ? (cells[place] ?? []).map((cell) => viewCell(cell, palette)) : []),
  ]);
  return [
    renderTable(head, rows),
    ...partlyOpen(matrix),
    `${palette.good("√")} open  ${palette.changed("~")} in part, see above  ${palette.bad("×")} closed  – no port, or itself`,
    ...(cells.flat(2).some((cell) => cell?.unsure === true)
      ? [
          `${palette.changed("?")} not known: rules admit blocks of addresses, and nobody knows whether the address is in one`,
        ]
      : []),
    ...(otherPolicies.length === 0
      ? []
      : [
          `${palette.changed("?")} ${cluster} has policies that isthmus cannot judge, which may decide otherwise: ${otherPolicies.join(", ")}`,
        ]),
  ].join("\n");
}

function viewCell(cell: readonly MatrixCell[] | undefined, palette: Palette): string {
  if (cell === undefined || cell.length === 0) {
    return "–";
  }
  if (cell.some(({ unsure }) => unsure === true)) {
    return palette.changed("?");
  }
  if (cell.every(({ open }) => open === "all")) {
    return palette.good("√");
  }
  return cell.every(({ open }) => open === "none") ? palette.bad("×") : palette.changed("~");
}

/** `5 sample/web: 8080 from 1, 2; 15090 from 1, 2, 3` for destinations that are open in part. */
function partlyOpen({ destinations, cells }: PolicyMatrix): readonly string[] {
  return destinations.flatMap(({ name, ports }, column) => {
    const ways = cells.map((row) => row[column] ?? []);
    const isPartly = ways.some((cell) => new Set(cell.map(({ open }) => open)).size > 1 || cell.some(isSome));
    if (!isPartly) {
      return [];
    }
    const said = ports.map(({ port, protocol }) => {
      const from = ways.flatMap((cell, row) => {
        const found = cell.find((one) => one.port === port && one.protocol === protocol);
        return found === undefined || found.open === "none" ? [] : [`${row + 1}${isSome(found) ? " (some pods)" : ""}`];
      });
      const at = protocol === "TCP" ? String(port) : `${port}/${protocol}`;
      return `${at} from ${from.length === 0 ? "none" : from.join(", ")}`;
    });
    return [`${column + 1} ${name}: ${said.join("; ")}`];
  });
}

function isSome({ open }: MatrixCell): boolean {
  return open === "some";
}
