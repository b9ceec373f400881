import { stripVTControlCharacters } from "node:util";
import { widthOf } from "../../../core/diagnostics/display-width.ts";

/** How many columns a line takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  if (isPlain(text)) {
    return text.length;
  }
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    width += widthOf(character);
  }
  return width;
}

/** Nearly all text is: printable ASCII, a column each. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** Plain text cut to at most `columns` columns, with `…` where something is gone. Takes no colour codes. */
export function truncateToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) {
    return text;
  }
  let kept = "";
  let width = 0;
  for (const character of text) {
    const next = width + widthOf(character);
    if (next > columns - 1) {
      break;
    }
    kept += character;
    width = next;
  }
  return columns < 1 ? "" : `${kept}…`;
}
