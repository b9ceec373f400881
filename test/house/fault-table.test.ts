import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { catalogue } from "../../src/core/diagnostics/catalogue.ts";
import type { ExpectedCause } from "../faults/fault.ts";
import { faults } from "../faults/table/all.ts";
import { readText, root } from "./tracked-files.ts";

const page = "docs/guides/check.md";
const begin = "<!-- The faults of test/faults/table; UPDATE_GOLDEN=1 npm run check writes them again. -->\n";
const end = "\n<!-- End of the faults. -->";

function describeCause({ codes, cluster }: ExpectedCause): string {
  const named = codes.map((code) => `${code} ${catalogue[code]?.summary ?? "?"}`).join(", or ");
  return cluster === undefined ? named : `${named} (${cluster})`;
}

function renderTable(): string {
  const rows = faults.map(({ what, causes }) => [what, causes.map(describeCause).join("; and ")] as const);
  const all = [["fault", "named first"], ...rows] as const;
  const widths = [0, 1].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head, ...body] = all;
  return [line(head), rule, ...body.map(line)].join("\n");
}

it("has every injected fault in the guide's table, with the cause that check names first", () => {
  const text = readText(page);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  expect(from).toBeGreaterThan(0);
  expect(to).toBeGreaterThan(from);
  const fresh = `${text.slice(0, from)}${begin}\n${renderTable()}\n${text.slice(to)}`;
  if (process.env["UPDATE_GOLDEN"] === "1") {
    writeFileSync(path.join(root, page), fresh);
  }
  expect(readText(page)).toBe(fresh);
});

it("has codes that the catalogue knows, and names that are used once", () => {
  const codes = faults.flatMap((one) => one.causes.flatMap((cause) => cause.codes));
  expect(codes.filter((code) => catalogue[code] === undefined)).toEqual([]);
  expect(new Set(faults.map((one) => one.what)).size).toBe(faults.length);
});
