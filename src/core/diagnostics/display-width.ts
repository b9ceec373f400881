import { eastAsianWidth } from "get-east-asian-width";

/** Made when the first such character is shown: V8 makes the sets of all their code points for it. */
let invisible: RegExp | undefined;

/**
 * How many columns of a terminal a character takes: none for combining marks and controls, two for wide scripts and
 * pictographs (UAX #11, https://www.unicode.org/reports/tr11/), one for the rest, those of ambiguous width among them.
 */
export function widthOf(character: string): number {
  // Nearly all that is ever shown, and the tables for the rest take their time.
  if (character.length === 1 && character >= " " && character <= "~") {
    return 1;
  }
  invisible ??= /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
  return invisible.test(character) ? 0 : eastAsianWidth(character.codePointAt(0) ?? 0);
}
