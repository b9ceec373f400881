import { describe, expect, it } from "vitest";
import type { Sighting } from "./health.ts";
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

/** A round in which every gateway lives, and the name's requests hang at some from these places. */
function waiting(
  at: Readonly<Record<string, readonly (string | undefined)[]>>,
): readonly (Sighting & { readonly name: string })[] {
  const answered = { [west.address]: true, [east.address]: true };
  return [undefined, "west", "east"].map((from) => ({
    name,
    from,
    answered,
    waits: Object.fromEntries(Object.entries(at).map(([address, places]) => [address, places.includes(from)])),
  }));
}

const everywhere = [undefined, "west", "east"];

describe("an address whose gateway answers while every request of the name hangs", () => {
  const settings = { failures: 2, successes: 2 };

  it("leaves after twice the rounds, and comes back when requests are answered", () => {
    const book = createHealthBook(settings, () => true);
    const hanging = Array.from({ length: 4 }, () => book.note([west, east], waiting({ [east.address]: everywhere })));
    expect(hanging).toEqual([
      [],
      [],
      [],
      [{ ...east, state: "down", failedFrom: ["this machine", "west"], waits: true }],
    ]);
    const later = [everywhere, everywhere, [], []].map((places) =>
      book.note([west, east], waiting({ [east.address]: places })),
    );
    expect(later).toEqual([[], [], [], [{ ...east, state: "up", failedFrom: [] }]]);
  });

  it.each<[string, Readonly<Record<string, readonly (string | undefined)[]>>]>([
    [
      "they hang at the others too, as they do where an application hangs",
      { [east.address]: everywhere, [west.address]: everywhere },
    ],
    [
      "half of them hang at the others, as with versions of a dead cluster",
      { [east.address]: everywhere, [west.address]: [undefined] },
    ],
    ["one place gets an answer", { [east.address]: [undefined, "east"] }],
  ])("stays where %s", (_, at) => {
    const book = createHealthBook(settings, () => true);
    const changes = Array.from({ length: 12 }, () => book.note([west, east], waiting(at)));
    expect(changes.flat()).toEqual([]);
  });

  it("stays where nobody but one place looks", () => {
    const book = createHealthBook(settings, () => true);
    const alone = waiting({ [east.address]: everywhere }).slice(0, 1);
    expect(Array.from({ length: 12 }, () => book.note([west, east], alone)).flat()).toEqual([]);
  });
});

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

  it("says once of an address that one place alone misses that it stays", () => {
    const book = createHealthBook({ failures: 2, successes: 2 }, () => true);
    const alone = (answers: boolean): ReturnType<typeof round> => round(answers).slice(0, 1);
    const all = [false, false, false, true, false, false].map((one) => book.note([west, east], alone(one)));
    const stays = [{ ...east, state: "up", failedFrom: ["this machine"], alone: true }];
    expect(all).toEqual([[], stays, [], [], [], stays]);
  });
});
