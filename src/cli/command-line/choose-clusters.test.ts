import { describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { chooseClusters } from "./choose-clusters.ts";

type Asked = Parameters<typeof chooseClusters>;

function shown(...asked: Asked): string | undefined {
  return chooseClusters(...asked)
    ?.map(({ name, flat }) => `${name}${flat === true ? "~" : ""}`)
    .join(" ");
}

describe("chooseClusters", () => {
  it.each<[what: string, asked: Asked, expected: string | undefined]>([
    ["nothing", [undefined, []], undefined],
    ["a number", [5, []], "west east north south c5"],
    ["names", [undefined, ["a", "b"]], "a b"],
    ["--flat alone", [undefined, [], true], "west~ east~"],
    ["--flat of three", [3, [], true], "west~ east~ north~"],
    ["--flat of two of them", [undefined, ["a", "b", "c"], ["c", "a"]], "a~ b c~"],
  ])("takes %s", (_, asked, expected) => {
    expect(shown(...asked)).toBe(expected);
  });

  it.each<[what: string, asked: Asked, code: string, message: RegExp]>([
    ["another number of names", [3, ["a", "b"]], "ISM052", /asks for 3/],
    ["a flat cluster that is not there", [undefined, [], ["west", "north"]], "ISM770", /names north; .*west, east\./],
    ["one flat cluster", [undefined, ["a", "b"], ["a"]], "ISM770", /and a is the only one/],
    ["a flat sandbox of one", [1, [], true], "ISM770", /only one/],
  ])("refuses %s", (_, asked, code, message) => {
    let error: unknown;
    try {
      chooseClusters(...asked);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).diagnostics).toMatchObject([
      { code, detail: expect.stringMatching(message) as string },
    ]);
  });
});
