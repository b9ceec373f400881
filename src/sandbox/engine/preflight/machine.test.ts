import { describe, expect, it } from "vitest";
import { describeMachine } from "./machine.ts";

describe("the machine", () => {
  const cases: [string, Parameters<typeof describeMachine>, string[]][] = [
    ["root on x86-64 Linux lacks nothing", ["linux", "x64", 0], []],
    ["macOS is told so, and nothing else", ["darwin", "arm64", 501], ["ISM701"]],
    ["Windows has no user id", ["win32", "x64", undefined], ["ISM701"]],
    ["a user on Linux must be root", ["linux", "x64", 1000], ["ISM703"]],
    ["a user on arm64 Linux lacks both", ["linux", "arm64", 1000], ["ISM702", "ISM703"]],
  ];
  it.each(cases)("%s", (_, machine, codes) => {
    expect(describeMachine(...machine).map((one) => one.code)).toEqual(codes);
  });
});
