import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { putPolicy, putPolicyWorld } from "../testing/put-policies.ts";

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

  it("does not know the way to a gateway with a host name where rules admit blocks of addresses", async () => {
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "istio-system", name: "istio-eastwestgateway" },
      spec: { selector: { istio: "eastwestgateway" }, ports: [{ port: 15_443, targetPort: 15_443 }] },
      status: { loadBalancer: { ingress: [{ hostname: "west.example.com" }] } },
    });
    putPolicy(world.servers["east"], ["sample", "out"], {
      podSelector: { matchLabels: { app: "curl" } },
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "192.0.2.0/24" } }] }],
    });
    const asked = "netpol matrix -n sample --cluster east";
    const { out } = await world.run(asked);
    expect(out.trimEnd().split(/ *\n/)).toEqual([
      "EAST  FROM \\ TO                  1  2  3",
      "1     sample/curl                –  ×  ?",
      "2     sample/helloworld-v2       –  –  √",
      "3     east-west gateway of west",
      "√ open  ~ in part, see above  × closed  – no port, or itself",
      "? not known: rules admit blocks of addresses, and nobody knows whether the address is in one",
    ]);
    const page = await world.run(`${asked} -o html`);
    expect(page.out).toContain('<td class="some" title="TCP 15443: not known\n  ? out  sample/out, rule 1, if');
    const { clusters } = JSON.parse((await world.run(`${asked} -o json`)).out) as {
      readonly clusters: readonly { readonly cells: readonly object[] }[];
    };
    expect(clusters[0]?.cells).toContainEqual(
      expect.objectContaining({ from: "sample/curl", to: "east-west gateway of west", open: "all", unsure: true }),
    );
  });

  it("shows the others where a cluster does not answer", async () => {
    await world.servers["east"]?.close();
    const { out, code } = await world.run("netpol matrix -n sample");
    expect(out).toContain("WEST");
    expect(out).toContain("× east does not answer");
    expect(code).toBe(69);
  });
});
