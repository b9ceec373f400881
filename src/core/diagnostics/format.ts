import { widthOf } from "./display-width.ts";
import { describeId } from "../model/kube-object.ts";
import type { Diagnostic, SourceRange } from "./diagnostic.ts";

const width = 100;

/**
 * A diagnostic as people read it: where, severity and code, the summary; the
 * source line with carets under the range; the detail; a `fix:` line. Prose is
 * wrapped at 100 columns, lines that start with a space (commands to copy) are
 * left as they are. Ends without a line break.
 *
 * Control characters of files and names never reach the output as they are, so
 * that nothing in a file can move the cursor, set colours or turn text around.
 */
export function formatDiagnostic(diagnostic: Diagnostic, { color }: { readonly color: boolean }): string {
  const paint = color ? paintAnsi : paintNothing;
  const tone = diagnostic.severity === "error" ? "red" : "yellow";
  const place = placeOf(diagnostic);
  const head = [
    ...(place === undefined ? [] : [paint("bold", cleanText(place))]),
    `${paint(tone, `${diagnostic.severity}[${diagnostic.code}]`)} ${paint("bold", cleanText(diagnostic.summary))}`,
  ].join(" ");
  return [
    head,
    ...(diagnostic.range === undefined ? [] : drawSnippet(diagnostic.range, (text) => paint(tone, text))),
    ...wrapProse(diagnostic.detail, ""),
    ...(diagnostic.fix === undefined
      ? []
      : wrapProse(diagnostic.fix, "fix: ").map((line) =>
          line.startsWith("fix:") ? paint("green", "fix:") + line.slice("fix:".length) : line,
        )),
  ].join("\n");
}

function placeOf({ range, cluster, object }: Diagnostic): string | undefined {
  if (range !== undefined) {
    return `${range.file}:${range.start.line}:${range.start.column}`;
  }
  const parts = [...(cluster === undefined ? [] : [cluster]), ...(object === undefined ? [] : [describeId(object)])];
  return parts.length === 0 ? undefined : `${parts.join("/")}:`;
}

/** The source line under its number, and carets under the part that is meant. */
function drawSnippet(range: SourceRange, paint: (text: string) => string): string[] {
  const characters = [...segment(range.lineText)];
  const from = characters.findIndex((one) => one.offset >= range.start.column - 1);
  const first = from === -1 ? characters.length : from;
  const endColumn = range.end.line === range.start.line ? range.end.column - 1 : Infinity;
  const past = characters.findIndex((one) => one.offset >= endColumn);
  const last = past === -1 ? characters.length : past;

  const room = width - 12;
  const start = characters.length > room && first > room - 20 ? first - 20 : 0;
  const shown = characters.slice(start, start + room);
  const lead = start > 0 ? "…" : "";
  const tail = start + room < characters.length ? "…" : "";

  const line = `${lead}${shown.map((one) => one.shown).join("")}${tail}`.trimEnd();
  const before = lead.length + sumWidths(characters.slice(start, first));
  const marked = Math.max(1, sumWidths(characters.slice(first, Math.min(last, start + room))));
  const gutter = String(range.start.line);
  return [
    `${gutter} | ${line}`.trimEnd(),
    `${" ".repeat(gutter.length)} | ${" ".repeat(before)}${paint("^".repeat(marked))}`,
  ];
}

interface Character {
  /** Zero-based offset in the line, in UTF-16 units as columns are counted. */
  readonly offset: number;
  readonly shown: string;
  readonly cells: number;
}

function* segment(line: string): Generator<Character> {
  let offset = 0;
  for (const character of line) {
    const shown = cleanText(character);
    yield { offset, shown, cells: widthOf(shown) };
    offset += character.length;
  }
}

function sumWidths(characters: readonly Character[]): number {
  return characters.reduce((sum, one) => sum + one.cells, 0);
}

/** Text that a terminal can only show: tabs become a space, every other control, format or broken character U+FFFD. */
function cleanText(text: string): string {
  return text.replaceAll("\t", " ").replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd");
}

function wrapProse(text: string, label: string): string[] {
  const lines: string[] = [];
  for (const [index, raw] of text.replaceAll("\r\n", "\n").split("\n").entries()) {
    const line = cleanText(raw).trimEnd();
    const start = index === 0 ? label : "";
    if (line.startsWith(" ") || line === "") {
      lines.push(`${start}${line}`.trimEnd());
    } else {
      lines.push(...wrapLine(line, start));
    }
  }
  return lines;
}

function wrapLine(line: string, start: string): string[] {
  const lines: string[] = [];
  let current = start;
  let empty = true;
  for (const word of line.split(" ")) {
    if (!empty && current.length + 1 + word.length > width) {
      lines.push(current);
      current = " ".repeat(start.length);
      empty = true;
    }
    current = empty ? current + word : `${current} ${word}`;
    empty = false;
  }
  return [...lines, current];
}

const ansi = { bold: [1, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const;

type Tone = keyof typeof ansi;

function paintAnsi(tone: Tone, text: string): string {
  const [on, off] = ansi[tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

function paintNothing(_tone: Tone, text: string): string {
  return text;
}
