import type { CST, ErrorCode, YAMLError } from "yaml";
import { findSlip } from "./find-slip.ts";
import { findUnclosed } from "./find-unclosed.ts";
import type { SyntaxProblem } from "./syntax-problem.ts";

/**
 * The first of a document's errors, or none: what the library says of the text
 * behind it mostly follows from it. A bracket or quote that is not closed is
 * named where it is opened, since the library names the place where it gave
 * up, which may be the end of the file, and a space that is missing where it is
 * missing. `tokens` are those of the document, offsets those of `text`.
 */
export function firstSyntaxError(
  errors: readonly YAMLError[],
  tokens: readonly CST.Token[],
  text: string,
): readonly SyntaxProblem[] {
  const [first] = errors.toSorted((one, other) => one.pos[0] - other.pos[0]);
  if (first === undefined) {
    return [];
  }
  const unclosed = findUnclosed(tokens);
  if (unclosed === undefined || first.pos[0] < unclosed.offset) {
    const [start, end] = first.pos;
    const slip = findSlip(text, first);
    return [slip ?? { start, end, said: wordsFor(first.code, first.message), fix: fixes[first.code] ?? anyFix }];
  }
  const { offset, opens, closes } = unclosed;
  return [
    {
      start: offset,
      end: offset + 1,
      said: `The ${opens} that begins here is never closed.`,
      fix: `Add the ${closes} where the value ends.`,
    },
  ];
}

const fixes: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: "Indent with spaces.",
  BAD_INDENT: "Align the line with its neighbours, and close every bracket that is open above.",
  BLOCK_AS_IMPLICIT_KEY: 'Put the value in quotes if it contains ": ", or move the inner mapping to lines of its own.',
  BAD_SCALAR_START: "Put the value in quotes.",
  MISSING_CHAR: "Add the missing character.",
  MULTILINE_IMPLICIT_KEY: "Keep the key on one line, with a colon and a space after it.",
  BAD_DQ_ESCAPE: "Write the backslash twice, or use single quotes.",
  BAD_ALIAS: "Put the value in quotes if it is no alias.",
};

const anyFix =
  "Correct the line, or one of those just above it: its indentation, quotes, brackets, and the space after each colon.";

/** What the YAML library says, without what it quotes of the text. */
function wordsFor(code: ErrorCode, message: string): string {
  switch (code) {
    case "BAD_ALIAS":
      return "The name of an anchor or alias cannot be read.";
    case "TAG_RESOLVE_FAILED":
      return "The tag cannot be read.";
    case "BAD_DQ_ESCAPE":
      return "After a backslash stands what is no escape.";
    default:
      return `${(message.split("\n", 1)[0] ?? message).replace(/[.:]?( at line \d+, column \d+)?:?$/, "")}.`;
  }
}
