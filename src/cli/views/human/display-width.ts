import { stripVTControlCharacters } from "node:util";

const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
// East Asian wide and full-width blocks (Unicode UAX #11) and pictographs: two columns on every terminal in use.
const wide =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1FAFF}\u{20000}-\u{3FFFD}]$/u;

/** How many columns a line takes on a terminal; colour codes take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of stripVTControlCharacters(text)) {
    width += widthOf(character);
  }
  return width;
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

function widthOf(character: string): number {
  if (invisible.test(character)) {
    return 0;
  }
  return wide.test(character) ? 2 : 1;
}
