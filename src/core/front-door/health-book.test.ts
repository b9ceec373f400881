import { describe, expect, it } from "vitest";
import { createHealthBook } from "./health-book.ts";

const name = "app.example.test";
const west = { name, cluster: "west", address: "192.0.2.1" };
const east = { name, cluster: "east", address: "192.0.2.2" };

function round(
  eastAnswers: boolean,
): readonly { name: string; from: string | undefined; answered: Record<string, boolean> }[] {
  const answered = { [west.address]: true, [east.address]: eastAnswers };
  return [
    { name, from: undefined, answered },
    { name, from: "west", answered },
  ];
}

describe("the book of health", () => {
  it("says when an address leaves, from where it failed, and when it comes back", () => {
    const book = createHealthBook({ failures: 2, successes: 2 }, () => true);
    const all = [false, false, false, true, true].map((answers) => book.note([west, east], round(answers)));
    expect(all).toEqual([
      [],
      [{ ...east, state: "down", failedFrom: ["this machine", "west"] }],
      [],
      [],
      [{ ...east, state: "up", failedFrom: [] }],
    ]);
    expect(book.isDown(name, east.address)).toBe(false);
  });

  it("lets an address that is not in use prove itself first", () => {
    const book = createHealthBook({ failures: 2, successes: 2 }, (_, address) => address === west.address);
    expect([true, true].map((answers) => book.note([west, east], round(answers)))).toEqual([
      [],
      [{ ...east, state: "up", failedFrom: [] }],
    ]);
  });

  it("forgets what nobody asks any more", () => {
    const book = createHealthBook({ failures: 1, successes: 1 }, () => true);
    book.note([west, east], round(false));
    expect(book.isDown(name, east.address)).toBe(true);
    book.note([west], round(false));
    expect(book.isDown(name, east.address)).toBe(false);
  });
});
