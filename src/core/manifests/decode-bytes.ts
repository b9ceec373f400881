/** A text, or the offset of the first byte that is none. */
export type DecodedText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "problem"; readonly detail: string };

/**
 * A file's text. UTF-8, or UTF-16 with the byte order mark that editors on
 * Windows write, as kubectl reads it. Bytes that are neither would become
 * replacement characters in silence, and are a problem instead.
 */
export function decodeBytes(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return { kind: "text", text: new TextDecoder(encoding, { fatal: true }).decode(bytes) };
  } catch {
    return {
      kind: "problem",
      detail:
        encoding === "utf-8"
          ? `its line ${lineOfInvalid(bytes)} is not UTF-8 (an older encoding such as Latin-1, or no text)`
          : `it begins as ${encoding.toUpperCase().replace("LE", "-LE").replace("BE", "-BE")} and is not valid`,
    };
  }
}

function lineOfInvalid(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && bytes[at] !== 0x0a) {
      continue;
    }
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(start, at));
    } catch {
      return line;
    }
    line += 1;
    start = at + 1;
  }
  return line;
}
