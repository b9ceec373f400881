import { expect, it } from "vitest";
import { widthOf } from "./display-width.ts";

it.each<readonly [what: string, character: string, columns: number]>([
  ["a letter", "a", 1],
  ["a letter with an accent", "é", 1],
  ["a box of a frame", "│", 1],
  ["an ellipsis", "…", 1],
  ["a mark", "√", 1],
  ["a Han character", "東", 2],
  ["a Hiragana", "の", 2],
  ["a Hangul syllable", "한", 2],
  ["a full-width letter", "Ａ", 2],
  ["a half-width Katakana", "ｱ", 1],
  ["a half-width Hangul", "ﾡ", 1],
  ["a Han character of a supplementary plane", "𠀋", 2],
  ["a pictograph", "🚀", 2],
  ["a watch, a pictograph outside of their blocks", "⌚", 2],
  ["a white check mark", "✅", 2],
  ["half a flag", "🇩", 1],
  ["a combining accent", "\u0301", 0],
  ["a pictograph of Unicode 16", "\u{1FAE9}", 2],
  ["a code point between two Hangul letters that is none", "\u3130", 1],
  ["a zero-width joiner", "\u200D", 0],
  ["a variation selector", "\uFE0F", 0],
  ["a spacing vowel sign", "\u093E", 1],
])("%s takes as many columns as terminals give it", (_, character, columns) => {
  expect(widthOf(character)).toBe(columns);
});
