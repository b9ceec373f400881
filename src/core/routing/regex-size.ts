import type { RE2JS } from "re2js";

interface Instruction {
  /** The ranges of characters that the instruction takes, as pairs; one number for a single character. */
  readonly runes?: ArrayLike<number>;
  readonly op: number;
}

interface Compiled {
  re2?: () => { readonly prog?: { readonly inst?: readonly Instruction[] } };
}

const anyCharacter = 10;
const anyButNewline = 11;

/**
 * How many instructions RE2 needs at most for the expression. A class such as
 * `\pL` is one instruction for Go's engine, on which this library and istiod's
 * validation are built, and more than a thousand for Envoy up to 1.39.0, which
 * works on UTF-8. From 1.39.1 on Envoy works on single bytes and needs fewer
 * (findings/envoy-regex-characters-became-bytes.sh); a mesh may have both.
 */
export function countInstructions(expression: RE2JS): number {
  const instructions = (expression as Compiled).re2?.().prog?.inst;
  return instructions === undefined
    ? expression.programSize()
    : instructions.reduce((sum, one) => sum + countBytes(rangesOf(one)), 0);
}

function rangesOf({ op, runes }: Instruction): readonly (readonly [number, number])[] {
  if (op === anyCharacter) {
    return [[0, 0x10ffff]];
  }
  if (op === anyButNewline) {
    return [
      [0, 9],
      [11, 0x10ffff],
    ];
  }
  const all = Array.from(runes ?? []);
  const [single] = all;
  return all.length === 1 && single !== undefined
    ? [[single, single]]
    : all.flatMap((low, index) => (index % 2 === 0 ? [[low, all[index + 1] ?? low] as const] : []));
}

/** One instruction for each different end of a sequence of bytes; one for what takes no character. */
function countBytes(ranges: readonly (readonly [number, number])[]): number {
  const ends = new Set<string>();
  for (const [low, high] of ranges) {
    for (const sequence of splitRange(low, high)) {
      for (let from = 0; from < sequence.length; from += 1) {
        ends.add(sequence.slice(from).join(" "));
      }
    }
  }
  return Math.max(1, ends.size);
}

/** The range of characters as sequences of ranges of bytes, as in https://github.com/google/re2/blob/main/re2/compile.cc (AddRuneRangeUTF8). */
function splitRange(low: number, high: number): readonly (readonly string[])[] {
  for (const limit of [0x7f, 0x7ff, 0xffff]) {
    if (low <= limit && high > limit) {
      return [...splitRange(low, limit), ...splitRange(limit + 1, high)];
    }
  }
  if (high < 0x80) {
    return [[`${low}-${high}`]];
  }
  for (const bits of [6, 12, 18]) {
    const mask = (1 << bits) - 1;
    if ((low & ~mask) !== (high & ~mask)) {
      if ((low & mask) !== 0) {
        return [...splitRange(low, low | mask), ...splitRange((low | mask) + 1, high)];
      }
      if ((high & mask) !== mask) {
        return [...splitRange(low, (high & ~mask) - 1), ...splitRange(high & ~mask, high)];
      }
    }
  }
  const ends = encode(high);
  return [encode(low).map((byte, index) => `${byte}-${ends[index] ?? byte}`)];
}

/** The bytes of a character in UTF-8; by hand, since surrogates are part of ranges and no text. */
function encode(character: number): readonly number[] {
  const tail = (shift: number): number => 0x80 | ((character >> shift) & 0x3f);
  if (character < 0x800) {
    return [0xc0 | (character >> 6), tail(0)];
  }
  return character < 0x1_00_00
    ? [0xe0 | (character >> 12), tail(6), tail(0)]
    : [0xf0 | (character >> 18), tail(12), tail(6), tail(0)];
}
