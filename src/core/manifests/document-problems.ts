import type { CST, Document, ParsedNode } from "yaml";
import { findTooDeep } from "../mesh-file/read-yaml.ts";
import { firstSyntaxError } from "../mesh-file/syntax-error.ts";
import type { ValueProblem } from "./read-value.ts";

/** Why a text of YAML is not read at all: a character that readers of YAML disagree on. */
export function findLineBreak(text: string): ValueProblem | undefined {
  const match = /[\u0085\u2028\u2029]/.exec(text);
  if (match === null) {
    return undefined;
  }
  const name = `U+${match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return {
    start: match.index,
    end: match.index + 1,
    detail: `Here is the invisible character ${name}. kubectl takes it for a line break, other readers of YAML do not.`,
    fix: `Delete it, or write it as an escape in double quotes: "\\u${name.slice(2).toLowerCase()}"`,
  };
}

/** Nesting that no person writes, and that would overflow the stack of whoever reads it. */
export function findNesting(tokens: readonly CST.Token[]): ValueProblem | undefined {
  const at = findTooDeep(tokens);
  return at === undefined
    ? undefined
    : {
        start: at,
        end: at + 1,
        detail: "Lists and mappings are nested in each other too deep here. Mostly a bracket is not closed.",
        fix: "Close the brackets, or take the nesting apart.",
      };
}

/** kubectl cuts a file at lines of `---` and nothing else but a comment, and reads the first document of each part. */
export function separatorProblems(
  document: Document.Parsed<ParsedNode>,
  before: Document.Parsed<ParsedNode> | undefined,
  text: string,
): ValueProblem[] {
  const start = document.contents?.range[0];
  if (start === undefined) {
    return [];
  }
  const from = before?.range[2] ?? 0;
  const crowded = /^---(?![ \t]*(?:#.*)?\r?$)/m.exec(text.slice(from, document.range[2]));
  if (crowded !== null) {
    return [
      {
        start: from + crowded.index,
        end: from + crowded.index + 3,
        detail: "Something stands behind --- in its line, and kubectl refuses such a separator.",
        fix: "Begin a new line after ---.",
      },
    ];
  }
  const marked = document.directives?.docStart === true;
  return before === undefined || marked || before.contents === null
    ? []
    : [
        {
          start,
          end: start + 1,
          detail: "A document begins here after a line of three dots, and kubectl ignores it without a word.",
          fix: "Put a line of --- before it.",
        },
      ];
}

/** What the YAML library refuses; `tokens` are those of all documents of the text. */
export function syntaxProblems(
  document: Document.Parsed<ParsedNode>,
  tokens: readonly CST.Token[],
  text: string,
): readonly ValueProblem[] {
  const [from, , to] = document.range;
  const own = tokens.filter(({ offset }) => offset >= from && offset < to);
  return firstSyntaxError(document.errors, own, text).map(({ said, ...problem }) => ({
    ...problem,
    detail: `${said} Nothing of this document was read.`,
  }));
}
