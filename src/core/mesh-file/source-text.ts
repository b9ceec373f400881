import { maskLine } from "../redact/mask-line.ts";
import type { Position, SourceRange } from "../diagnostics/diagnostic.ts";

/** The text of a file and the way from offsets in it to lines and columns. */
export interface SourceText {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  /** The byte order mark, or "". */
  readonly mark: string;
  /** The range between two offsets; `end` is exclusive. */
  readonly rangeOf: (start: number, end: number) => SourceRange;
}

/**
 * Lines of ranges have asterisks in place of what may be secret (`maskLine`).
 * Columns count UTF-16 units from one, as editors do; a line ends before `\n` or `\r\n`.
 */
export function createSourceText(original: string, file: string): SourceText {
  const mark = original.startsWith("\ufeff") ? "\ufeff" : "";
  const text = original.slice(mark.length);
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }

  const positionOf = (offset: number): Position => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };

  const rangeOf = (start: number, end: number): SourceRange => {
    const from = Math.min(Math.max(start, 0), text.length);
    const to = Math.min(Math.max(end, from), text.length);
    const first = positionOf(from);
    return {
      file,
      start: first,
      end: positionOf(to),
      // Looked at when it is shown: most never are.
      get lineText() {
        return maskLine(text, first.line);
      },
    };
  };

  return { file, text, mark, rangeOf };
}
