import { describe, expect, it } from "vitest";
import type { HostLink, HostRoute } from "./host-routes.ts";
import { chooseIndex, findOverlap, unreachableMetric } from "./host-routes.ts";

const none = new Map<number, string>();

describe("chooseIndex", () => {
  const table: readonly {
    readonly name: string;
    readonly links?: readonly HostLink[];
    readonly routes?: readonly HostRoute[];
    readonly reserved?: ReadonlyMap<number, string>;
    readonly expected: number;
  }[] = [
    { name: "takes the first block on an untouched machine", expected: 0 },
    { name: "does not mind the default route", routes: [{ dst: "default", dev: "eth0" }], expected: 0 },
    {
      name: "passes over the link of another sandbox",
      links: [{ ifname: "isth0", ifalias: "isthmus other /x" }],
      expected: 1,
    },
    { name: "passes over a sandbox that is only on disk", reserved: new Map([[0, "default"]]), expected: 1 },
    {
      name: "passes over blocks that a container network overlaps",
      routes: [{ dst: "172.30.0.0/19", dev: "docker0" }],
      expected: 2,
    },
    {
      name: "passes over a block with one foreign address in it",
      routes: [{ dst: "172.30.5.9", dev: "tun0" }],
      expected: 1,
    },
    {
      name: "does not mind the unreachable route that a sandbox of before left",
      routes: [{ dst: "172.30.0.0/20", type: "unreachable", metric: unreachableMetric }],
      expected: 0,
    },
  ];
  it.each(table)("$name", ({ links, routes, reserved, expected }) => {
    expect(chooseIndex(links ?? [], routes ?? [], reserved ?? none)).toEqual({ kind: "free", index: expected });
  });

  it("says who has every block when none is free", () => {
    const choice = chooseIndex([], [{ dst: "172.16.0.0/12", dev: "tun0" }], none);
    expect(choice.kind === "none" && choice.taken).toHaveLength(16);
    expect(choice.kind === "none" && choice.taken[3]?.reason).toBe("the route 172.16.0.0/12 dev tun0 overlaps it");
  });
});

describe("findOverlap", () => {
  it("takes the sandbox's own routes for no conflict", () => {
    expect(findOverlap(2, [{ dst: "172.30.33.0/24", dev: "isth2" }])).toBeUndefined();
  });
});
