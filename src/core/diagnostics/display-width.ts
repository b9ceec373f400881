const invisible = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]$/u;
// What Unicode 16 calls wide or full-width (UAX #11, https://www.unicode.org/reports/tr11/), and pictographs but for
// the letters that flags are made of.
const wide =
  /^(?:[\u1100-\u115F\u2329\u232A\u2630-\u2637\u268A-\u268F\u2E80-\u303E\u3041-\u3247\u3250-\u4DFF\u4E00-\u9FFF\uA000-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{16FE0}-\u{1B2FF}\u{1D300}-\u{1D356}\u{1D360}-\u{1D376}\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}]|(?![\u{1F1E6}-\u{1F1FF}])\p{Emoji_Presentation})$/u;

/** How many columns of a terminal a character takes: none for combining marks and controls, two for wide scripts and pictographs. */
export function widthOf(character: string): number {
  if (invisible.test(character)) {
    return 0;
  }
  return wide.test(character) ? 2 : 1;
}
