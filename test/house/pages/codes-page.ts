import type { CatalogueEntry } from "../../../src/core/diagnostics/catalogue-entry.ts";

/** The hundreds of the codes, as the catalogue counts them. */
const areas: readonly (readonly [string, (code: number) => boolean])[] = [
  ["The command line", (code) => code < 100],
  ["The mesh file", (code) => code < 200],
  ["Planning", (code) => code < 250],
  ["Access to clusters", (code) => code < 300],
  ["Applying", (code) => code < 400],
  ["Verifying", (code) => code < 410],
  ["Checking", (code) => code < 500],
  ["Trust", (code) => code < 700],
  ["The sandbox", () => true],
];

/** docs/reference/codes.md: what `isthmus explain CODE` tells, for all codes. */
export function renderCodesPage(catalogue: Readonly<Record<string, CatalogueEntry>>): string {
  const lines = [
    "<!-- Made from the catalogue by test/house/reference.test.ts; `UPDATE_GOLDEN=1 ./scripts/test house` writes it again. -->",
    "",
    "# Codes",
    "",
    "Every message has a code, which never changes its meaning. `isthmus explain CODE` shows the same text.",
    "",
  ];
  let current = "";
  for (const [code, { summary, explanation }] of Object.entries(catalogue).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const area = areas.find(([, holds]) => holds(Number(code.slice(3))))?.[0] ?? "";
    if (area !== current) {
      lines.push(`## ${area}`, "");
      current = area;
    }
    lines.push(`### ${code}`, "", `**${summary}.** ${escape(explanation)}`, "");
  }
  return lines.join("\n");
}

/** Angle brackets outside of code would be read as HTML. */
function escape(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll("<", "&lt;")))
    .join("");
}
