import { describe, expect, it } from "vitest";
import { readDuration } from "./duration.ts";

describe("a duration", () => {
  const table: readonly (readonly [string, number | undefined])[] = [
    ["90s", 90],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["14d", 1_209_600],
    ["1d12h", 129_600],
    ["250ms", 0.25],
    ["0s", 0],
    ["", undefined],
    ["10", undefined],
    ["-5m", undefined],
    ["14 days", undefined],
    ["5M", undefined],
    ["s", undefined],
    ["1h 30m", undefined],
  ];
  it.each(table)("%j is %j seconds", (text, seconds) => {
    expect(readDuration(text)).toBe(seconds);
  });
});
