import { shortestSecret } from "./secret-texts.ts";

/**
 * Replaces every known text. They are found by their first six characters, so
 * that it takes the same time with a thousand secrets as with one; where
 * several begin alike the longest that is there goes.
 */
export function replaceKnown(text: string, known: ReadonlyMap<string, ReadonlySet<string>>): string {
  if (known.size === 0 || text.length < shortestSecret) {
    return text;
  }
  let result = "";
  let copied = 0;
  for (let at = 0; at <= text.length - shortestSecret; at += 1) {
    const candidates = known.get(text.slice(at, at + shortestSecret));
    const found = candidates === undefined ? 0 : longestAt(text, at, candidates);
    if (found > 0) {
      result += `${text.slice(copied, at)}<redacted>`;
      copied = at + found;
      at = copied - 1;
    }
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function longestAt(text: string, at: number, candidates: ReadonlySet<string>): number {
  let longest = 0;
  for (const candidate of candidates) {
    if (candidate.length > longest && text.startsWith(candidate, at)) {
      longest = candidate.length;
    }
  }
  return longest;
}
