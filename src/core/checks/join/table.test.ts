import { expect, it } from "vitest";
import { eastWestGateway } from "../../render/names.ts";
import { serviceOf, withService } from "../../testing/changed-facts.ts";
import { changeEndpoints } from "../../testing/changed-proxies.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster, withGateway, withIstiodPods } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";

/** The ingress of west has got no connection to an endpoint, though it tried so often. */
function neverConnected(address: string, tries: number): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((endpoint) => (endpoint.address === address ? { ...endpoint, neverConnected: tries } : endpoint)),
    ),
  }));
}

/** Connections of the ingress of west to that address have failed so often while check looked. */
function failing(address: string, tries: number): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((endpoint) => (endpoint.address === address ? { ...endpoint, failing: tries } : endpoint)),
    ),
  }));
}

/** The ingress of west has the pods of east as its endpoints, and has tried to connect in vain so often. */
function withWayToEastsPods(tries?: number): MeshFacts {
  return withCluster("west", (one) => ({
    gateways: changeEndpoints(one.gateways, (endpoints) =>
      endpoints.map((endpoint) =>
        endpoint.address === "172.30.2.2:15443"
          ? { ...endpoint, address: "10.42.0.9:5000", ...(tries === undefined ? {} : { neverConnected: tries }) }
          : endpoint,
      ),
    ),
  }));
}

/** Both clusters in one network, with pods of east at other addresses than in west. */
function inOneNetwork(facts: MeshFacts, eastsPods = "10.45.0."): MeshFacts {
  return {
    ...facts,
    mesh: { ...facts.mesh, clusters: facts.mesh.clusters.map((one) => ({ ...one, network: "flat" })) },
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east"
        ? {
            ...one,
            pods: one.pods.map((pod) => ({
              ...pod,
              addresses: pod.addresses.map((address) => address.replace("10.42.0.", eastsPods)),
            })),
          }
        : one,
    ),
  };
}

/** East's gateway behind a load balancer that has a DNS name. */
function withEastName(facts: MeshFacts): MeshFacts {
  const named = withGateway("east", eastWestGateway, () => ({
    service: serviceOf(["ew.east.example"], [15443]),
  }));
  return { ...facts, clusters: [...facts.clusters.slice(0, 1), ...named.clusters.slice(1)] };
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "join/istiod-synced",
    "a timeout",
    withIstiodPods("west", () => ({ remotes: [{ cluster: "east", state: "timeout" }] })),
    ["error ISM436 west→east"],
  ],
  [
    "join/istiod-synced",
    "a pod that does not answer",
    withIstiodPods("west", () => ({ problem: "no answer within 10 s", remotes: [] })),
    ["error ISM437 west"],
  ],
  [
    "join/network-gateways",
    "a network without a gateway",
    withIstiodPods("west", () => ({ networkGateways: [] })),
    ["error ISM438 west→east"],
  ],
  [
    "join/gateways-connect",
    "a gateway to which no connection comes about",
    neverConnected("172.30.2.2:15443", 6),
    ["error ISM622 west→east"],
  ],
  [
    "join/gateways-connect",
    "few tries as a warning",
    neverConnected("172.30.2.2:15443", 2),
    ["warning ISM622 west→east"],
  ],
  ["join/gateways-connect", "nothing of another address", neverConnected("10.42.0.6:5000", 4), []],
  [
    "join/gateways-connect",
    "a gateway at which connections fail that came about before",
    failing("172.30.2.2:15443", 4),
    ["error ISM622 west→east"],
  ],
  ["join/gateways-connect", "one failure as a warning", failing("172.30.2.2:15443", 1), ["warning ISM622 west→east"]],
  ["join/gateways-connect", "nothing of a pod that fails", failing("10.42.0.6:5000", 4), []],
  [
    "join/gateways-connect",
    "pods of one address in clusters that share a network",
    inOneNetwork(healthyFacts(), "10.42.0."),
    ["error ISM771 west→east", "error ISM771 east→west"],
  ],
  [
    "join/gateways-connect",
    "pods of a shared network to which no connection comes about",
    inOneNetwork(withWayToEastsPods(6)),
    ["error ISM771 west→east"],
  ],
  [
    "join/gateways-connect",
    "few tries there as a warning",
    inOneNetwork(withWayToEastsPods(2)),
    ["warning ISM771 west→east"],
  ],
  ["join/gateways-connect", "nothing where a shared network carries", inOneNetwork(withWayToEastsPods()), []],
  ["join/network-gateways", "nothing where the gateway's DNS name is resolved", withEastName(healthyFacts()), []],
  [
    "join/network-gateways",
    "a gateway's DNS name that istiod has not resolved",
    withEastName(withIstiodPods("west", () => ({ networkGateways: [] }))),
    ["error ISM438 west→east"],
  ],
  [
    "join/endpoint-shards",
    "an endpoint that is gone",
    withService({ endpoints: [] }),
    ["error ISM439 west→east", "error ISM439 east"],
  ],
  [
    "join/endpoint-shards",
    "no shard of the other cluster",
    withIstiodPods("west", ({ shards }) => ({ shards: shards.slice(0, 1) })),
    ["error ISM439 west→east"],
  ],
  [
    "join/former-clusters",
    "a gateway of a cluster that nobody reads",
    withIstiodPods("east", ({ networkGateways }) => ({
      networkGateways: [
        ...networkGateways,
        { network: "north-net", cluster: "north", address: "172.30.3.2", port: 15443 },
      ],
    })),
    ["warning ISM491 east"],
  ],
  [
    "join/former-clusters",
    "nothing of a cluster that istiod reads, though the mesh file does not know it",
    withIstiodPods("east", ({ networkGateways, remotes }) => ({
      remotes: [...remotes, { cluster: "north", state: "synced" }],
      networkGateways: [
        ...networkGateways,
        { network: "north-net", cluster: "north", address: "172.30.3.2", port: 15443 },
      ],
    })),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("join", table), "each of these needs one").toEqual([]);
});
