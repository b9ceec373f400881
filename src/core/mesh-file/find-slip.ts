import type { ErrorCode, YAMLError } from "yaml";
import type { SyntaxProblem } from "./syntax-problem.ts";

/** What a line of YAML has where a space belongs; the place is that of the match, behind the leading group. */
const slips: readonly (readonly [pattern: RegExp, said: string, fix: string])[] = [
  [
    /^(\s*(?:- +)?[\w./-]+)(:(?:\u00a0|\u2007|\u202f|\u3000)+)/,
    "Behind the colon stands a space that is none to YAML, such as the no-break space of a web page.",
    "Write the space behind the colon again.",
  ],
  [
    /^(\s*)(-[A-Za-z][\w.]*: )/,
    "There is no space behind the dash, which makes it a part of the key.",
    "Put a space behind the dash.",
  ],
  [
    /^(\s*(?:- +)?[\w./-]+)(:[^\s:/])/,
    "There is no space behind the colon, so that the line is one text and not a key with its value.",
    "Put a space behind the colon.",
  ],
];

/** What the library says where it meets one of the slips; other errors are of other kinds. */
const met: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "MULTILINE_IMPLICIT_KEY",
  "BLOCK_AS_IMPLICIT_KEY",
  "MISSING_CHAR",
  "BAD_INDENT",
  "UNEXPECTED_TOKEN",
]);

/**
 * The slip of the pen that an error of the YAML library probably comes from:
 * a space that is missing, or is none, in the error's line, or a line that
 * stands too far left. Undefined where the library's own words say more.
 */
export function findSlip(text: string, { code, message, pos }: YAMLError): SyntaxProblem | undefined {
  const [at] = pos;
  if (!met.has(code)) {
    return undefined;
  }
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const line = text.slice(start).split("\n", 1)[0] ?? "";
  for (const [pattern, said, fix] of slips) {
    const [, before = "", found] = pattern.exec(line) ?? [];
    if (found !== undefined) {
      const from = start + before.length;
      return { start: from, end: from + found.length, said, fix };
    }
  }
  return message.startsWith("Sequence item without - indicator") ? tooFarLeft(line, start) : undefined;
}

function tooFarLeft(line: string, start: number): SyntaxProblem {
  const from = start + (line.length - line.trimStart().length);
  return {
    start: from,
    end: start + line.trimEnd().length,
    said: "The line stands further left than the fields of the entry above it, and is no entry of its own.",
    fix: "Align it with the lines that it belongs to, or begin it with a dash and a space if it is an entry of the list.",
  };
}
