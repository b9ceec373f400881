import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { putPolicyWorld } from "../testing/put-policies.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"]);
  putPolicyWorld(world);
});

afterEach(async () => {
  await world.close();
});

describe("isthmus netpol matrix", () => {
  it("shows who reaches whom, and the gateways of other networks", async () => {
    const { out, code } = await world.run("netpol matrix -n sample,istio-system --cluster east");
    expect(out.trimEnd().split(/ *\n/)).toEqual([
      "EAST  FROM \\ TO                           1  2  3  4",
      "1     istio-system/istio-eastwestgateway  –  –  √  √",
      "2     sample/curl                         √  –  ×  √",
      "3     sample/helloworld-v2                √  –  –  √",
      "4     east-west gateway of west",
      "√ open  ~ in part, see above  × closed  – no port, or itself",
    ]);
    expect(code).toBe(0);
  });

  it("names what decides each pair for programs", async () => {
    const { out } = await world.run("netpol matrix -n sample,istio-system --port 5000 -o json");
    const { clusters } = JSON.parse(out) as {
      readonly clusters: readonly { readonly cluster: string; readonly cells: readonly object[] }[];
    };
    const east = clusters.find(({ cluster }) => cluster === "east");
    expect(east?.cells).toContainEqual({
      from: "sample/curl",
      to: "sample/helloworld-v2",
      port: 5000,
      protocol: "TCP",
      open: "none",
      families: [
        {
          family: "IPv4",
          open: false,
          egress: { open: true, isolating: [], admitting: [] },
          ingress: { open: false, isolating: ["sample/only-the-gateway"], admitting: [] },
        },
      ],
    });
    expect(clusters).toHaveLength(2);
  });

  it("makes a page that names what decides each cell, and needs nothing else", async () => {
    const { out } = await world.run("netpol matrix -n sample,istio-system -o html");
    expect(out).toMatch(/^<!doctype html>/);
    expect(out).toContain(
      '<td class="none" title="TCP 5000: closed\n  √ out  no policy selects it\n  × in   sample/only-the-gateway: none of its rules admits it">×</td>',
    );
    expect(out).not.toMatch(/<script|https?:/);
  });

  it("shows the others where a cluster does not answer", async () => {
    await world.servers["east"]?.close();
    const { out, code } = await world.run("netpol matrix -n sample");
    expect(out).toContain("WEST");
    expect(out).toContain("× east does not answer");
    expect(code).toBe(69);
  });
});
