import { describe, expect, it } from "vitest";
import { furtherLooks, keptOut, unsureNames } from "./first-look.ts";
import type { NamesPlan } from "./names-plan.ts";

const name = "app.example.test";
const [west, east, north] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"];
const settings = { failures: 2 };

/** A name that leads to west now, and would lead to all three. */
const plan: NamesPlan = {
  zone: "example.test",
  where: "127.0.0.1:53",
  names: [
    {
      name,
      standings: {},
      kind: "update",
      now: { claims: [], addresses: [west] },
      after: { claims: [], addresses: [west, east, north] },
      diagnostics: [],
    },
  ],
};

type How = "serves" | "waits" | "none";

function seen(how: Readonly<Record<string, How>>): Parameters<typeof keptOut>[1][number] {
  const all = Object.entries(how);
  return {
    name,
    from: undefined,
    answered: Object.fromEntries(all.map(([address, one]) => [address, one !== "none"])),
    waits: Object.fromEntries(all.flatMap(([address, one]) => (one === "waits" ? [[address, true]] : []))),
  };
}

function kept(first: Readonly<Record<string, How>>, later: (look: number) => Readonly<Record<string, How>>): unknown {
  const further = Array.from({ length: furtherLooks(settings) }, (_, look) => [seen(later(look))]);
  return keptOut(plan, [seen(first)], further, settings).map(({ address }) => address);
}

const well = { [west]: "serves", [east]: "serves", [north]: "serves" } as const;

describe("an address that would be added to a name", () => {
  it("is kept out where it does not answer while others do, and not where none does", () => {
    expect(kept({ ...well, [east]: "none" }, () => well)).toEqual([east]);
    expect(kept({ [west]: "none", [east]: "none", [north]: "none" }, () => ({ [west]: "none" }))).toEqual([]);
  });

  it("is added though one request of the name hangs there, which the next ones do not", () => {
    const first = { ...well, [east]: "waits" } as const;
    expect(unsureNames(plan, [seen(first)])).toEqual([name]);
    expect(kept(first, () => well)).toEqual([]);
  });

  it("is kept out where every request hangs and others' are answered, as a watch would take it out", () => {
    const hanging = { ...well, [east]: "waits" } as const;
    expect(kept(hanging, () => hanging)).toEqual([east]);
    expect(kept(hanging, (look) => (look === 3 ? well : hanging))).toEqual([]);
  });

  it("is added where requests hang everywhere, as they do where a version runs in a dead cluster alone", () => {
    const hanging = { [west]: "waits", [east]: "waits", [north]: "serves" } as const;
    expect(kept(hanging, () => hanging)).toEqual([]);
  });
});

it("asks a bounded number of times, whatever a watch waits for", () => {
  expect([1, 2, 3, 100].map((failures) => furtherLooks({ failures }))).toEqual([8, 8, 12, 20]);
});

it("asks once only of names whose new addresses serve, or are there already", () => {
  expect(unsureNames(plan, [seen(well)])).toEqual([]);
  expect(unsureNames(plan, [seen({ ...well, [west]: "waits" })])).toEqual([]);
});
