import { describe, expect, it } from "vitest";
import type { EastWestReach } from "../model/mesh.ts";
import { eastWestGateway } from "../render/names.ts";
import { changeEndpoints } from "../testing/changed-proxies.ts";
import { healthyFacts, withCluster, withGateway, withIstiodPods } from "../testing/healthy-facts.ts";
import type { GatewayFacts } from "./control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { runChecks } from "./run-checks.ts";

const atService = "172.30.2.2:15443";
const behindNat: EastWestReach = { everywhere: { addresses: ["203.0.113.7"], port: 8443 }, seenFrom: {} };

/** Changes of facts, one after the other. */
function facts(...changes: readonly ((from: MeshFacts) => MeshFacts)[]): MeshFacts {
  return changes.reduce((from, change) => change(from), healthyFacts());
}

/** The same change of one cluster, over any facts. */
function inCluster(
  name: "west" | "east",
  change: (one: ReachedCluster) => Partial<ReachedCluster>,
): (from: MeshFacts) => MeshFacts {
  return (from) => ({
    ...from,
    clusters: from.clusters.map((one) =>
      one.kind === "reached" && one.cluster === name ? { ...one, ...change(one) } : one,
    ),
  });
}

const meshFileSays = (eastWest: EastWestReach) => (from: MeshFacts) => ({
  ...from,
  mesh: {
    ...from.mesh,
    clusters: from.mesh.clusters.map((one) => (one.name === "east" ? { ...one, eastWest } : one)),
  },
});

const service = (change: (from: NonNullable<GatewayFacts["service"]>) => NonNullable<GatewayFacts["service"]>) =>
  inCluster("east", (one) => ({
    gateways: one.gateways.map((gateway) =>
      gateway.name === eastWestGateway && gateway.service !== undefined
        ? { ...gateway, service: change(gateway.service) }
        : gateway,
    ),
  }));
const unlabelled = service(({ network: _, ...rest }) => rest);

/** West's istiods and proxies have east's gateway there. */
const reachedAt = (address: string, port: number, cluster = "east") =>
  inCluster("west", (one) => ({
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({
        ...pod,
        networkGateways: pod.networkGateways.map((known) =>
          known.cluster === "east" ? { ...known, cluster, address, port } : known,
        ),
      })),
    },
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((each) => (each.address === atService ? { ...each, address: `${address}:${port}` } : each)),
    ),
    callers: one.callers.map((caller) => ({
      ...caller,
      clusters: caller.clusters.map((cluster) => ({
        ...cluster,
        endpoints: cluster.endpoints.map((each) =>
          each.address === atService ? { ...each, address: `${address}:${port}` } : each,
        ),
      })),
    })),
  }));

/** They have another place beside it, to which this many connections of west's ingress were tried in vain. */
const besideAt = (first: string, address: string, port: number, neverConnected: number) =>
  inCluster("west", (one) => ({
    istiod: {
      ...one.istiod,
      pods: one.istiod.pods.map((pod) => ({
        ...pod,
        networkGateways: pod.networkGateways.flatMap((known) =>
          known.network === "east-net" ? [known, { ...known, address, port }] : [known],
        ),
      })),
    },
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.flatMap((each) =>
        each.address === first ? [each, { ...each, address: `${address}:${port}`, neverConnected }] : [each],
      ),
    ),
  }));

function findings(of: MeshFacts): readonly string[] {
  const { causes } = runChecks(of, { pre: false });
  return causes
    .flatMap((cause) => [cause, ...cause.consequences])
    .map(({ code, cluster }) => `${code} ${cluster ?? ""}`);
}

describe("a gateway that other networks reach elsewhere than its Service says", () => {
  it("is right where the mesh file says it, its Service announces nothing, and istiods have it by the network", () => {
    expect(findings(facts(meshFileSays(behindNat), unlabelled, reachedAt("203.0.113.7", 8443, "")))).toEqual([]);
  });

  it("needs no address of its Service", () => {
    const nodePort = service((from) => ({ ...from, type: "NodePort", addresses: [] }));
    expect(findings(facts(meshFileSays(behindNat), unlabelled, nodePort, reachedAt("203.0.113.7", 8443, "")))).toEqual(
      [],
    );
  });

  it("is wrong where the Service announces itself as well: istiods go by it", () => {
    expect(findings(facts(meshFileSays(behindNat)))).toContain("ISM419 east");
  });

  it("is wrong where istiods have another port or address, or none", () => {
    expect(findings(facts(meshFileSays(behindNat), unlabelled, reachedAt("203.0.113.7", 15443, "")))).toContain(
      "ISM438 west",
    );
    expect(findings(facts(meshFileSays(behindNat), unlabelled))).toContain("ISM438 west");
  });
});

it("says of one dead gateway of several that only its share of the requests hangs", () => {
  const two: EastWestReach = { everywhere: { addresses: ["203.0.113.7", "203.0.113.8"], port: 8443 }, seenFrom: {} };
  const alive = reachedAt("203.0.113.7", 8443, "");
  const { causes } = runChecks(
    facts(meshFileSays(two), unlabelled, alive, besideAt("203.0.113.7:8443", "203.0.113.8", 8443, 6)),
    { pre: false },
  );
  expect(causes.map(({ code }) => code)).toEqual(["ISM622"]);
  expect(causes[0]?.detail).toMatch(/at 203\.0\.113\.8:8443 has come about .*: the share of their requests to east/);
});

describe("an istiod that does not know the place of the mesh file", () => {
  const cause = (of: MeshFacts) => runChecks(of, { pre: false }).causes.find(({ code }) => code === "ISM438");

  it("has to read it again, whatever the labels of the Service are", () => {
    expect(cause(facts(meshFileSays(behindNat), unlabelled))?.fix).toContain(
      "eastWest of east to meshNetworks of west",
    );
  });

  it("follows from a configuration that is not as applied", () => {
    const changed = inCluster("west", (one) => ({
      drift: {
        kind: "compared",
        applied: true,
        unknown: [],
        objects: [
          {
            id: { group: "", kind: "ConfigMap", namespace: "istio-system", name: "istio" },
            state: "changed",
            fields: [{ path: "data.meshNetworks" }],
          },
        ],
      },
      istiod: one.istiod,
    }));
    expect(cause(facts(meshFileSays(behindNat), unlabelled, changed))).toBeUndefined();
  });
});

describe("a gateway that somebody else has announced", () => {
  it("is right by meshNetworks of the readers", () => {
    expect(findings(facts(unlabelled, reachedAt("203.0.113.7", 16_443, "")))).toEqual([]);
  });

  it("is right by a Service without pods", () => {
    const announcer = {
      namespace: "edge",
      name: "announce",
      network: "east-net",
      addresses: ["203.0.113.7"],
      port: 8443,
    };
    const announced = inCluster("east", () => ({ announcers: [announcer] }));
    expect(findings(facts(unlabelled, announced, reachedAt("203.0.113.7", 8443)))).toEqual([]);
    expect(findings(facts(unlabelled, announced, reachedAt("203.0.113.8", 8443)))).toContain("ISM438 west");
  });

  it("is right by a label with its port", () => {
    const other = service((from) => ({ ...from, gatewayPort: 15_444, ports: [15_444] }));
    expect(findings(facts(other, reachedAt("172.30.2.2", 15_444)))).toEqual([]);
  });

  it("is missing where nobody announces it", () => {
    const none = inCluster("west", (one) => ({
      istiod: { ...one.istiod, pods: one.istiod.pods.map((pod) => ({ ...pod, networkGateways: [] })) },
    }));
    expect(findings(facts(unlabelled, none))).toContain("ISM419 east");
  });
});

describe("a gateway that has lost its address", () => {
  it("stands in istiods of other networks until they start again", () => {
    const lost = withGateway("east", eastWestGateway, ({ service: from }) =>
      from === undefined ? {} : { service: { ...from, addresses: [] } },
    );
    const [cause] = runChecks(lost, { pre: false }).causes;
    expect(cause?.code).toBe("ISM425");
    expect(cause?.consequences.find(({ code }) => code === "ISM677")?.detail).toContain(
      `still hands out ${atService} for east`,
    );
  });

  it("is forgotten where istiod has none either", () => {
    expect(findings(withIstiodPods("west", () => ({ networkGateways: [] })))).toContain("ISM438 west");
    expect(findings(withCluster("west", () => ({})))).toEqual([]);
  });
});
