import { describe, expect, it } from "vitest";
import { assignAddress } from "./assign-address.ts";

const range = "172.30.1.0/24";
const full = new Set(Array.from({ length: 254 }, (_, index) => `172.30.1.${index + 1}`));

describe("assignAddress", () => {
  const table: readonly {
    readonly name: string;
    readonly current?: string;
    readonly taken: readonly string[];
    readonly expected: string | undefined;
  }[] = [
    { name: "gives the first service .1", taken: [], expected: "172.30.1.1" },
    { name: "gives the next free address", taken: ["172.30.1.1", "172.30.1.2"], expected: "172.30.1.3" },
    { name: "fills a gap that a deleted service left", taken: ["172.30.1.1", "172.30.1.3"], expected: "172.30.1.2" },
    {
      name: "leaves a service the address that it has",
      current: "172.30.1.9",
      taken: ["172.30.1.1"],
      expected: "172.30.1.9",
    },
    {
      name: "moves a service off an address that another has",
      current: "172.30.1.1",
      taken: ["172.30.1.1"],
      expected: "172.30.1.2",
    },
    {
      name: "moves a service off an address of another range",
      current: "172.30.2.1",
      taken: [],
      expected: "172.30.1.1",
    },
    { name: "does not take a host name for an address", current: "lb.example.org", taken: [], expected: "172.30.1.1" },
    { name: "never hands out the network's own address", current: "172.30.1.0", taken: [], expected: "172.30.1.1" },
    { name: "has nothing left when all 254 are taken", taken: [...full], expected: undefined },
  ];
  it.each(table)("$name", ({ current, taken, expected }) => {
    expect(assignAddress(range, current, new Set(taken))).toBe(expected);
  });
});
