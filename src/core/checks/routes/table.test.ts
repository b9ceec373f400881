import { expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import { foreignRule, withConfig, withRouting, withService } from "../../testing/changed-facts.ts";
import { withEndpoint } from "../../testing/changed-proxies.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { shopWithFailover } from "../../testing/failover-facts.ts";
import { all, inCluster, service } from "../../testing/faults/changes.ts";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster, withGateway } from "../../testing/healthy-facts.ts";
import { withChains } from "../../testing/tls-route-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { checks } from "../list.ts";
import type { ProxyRouteFacts } from "../proxy-facts.ts";
import { runChecks } from "../run-checks.ts";

const byRegions = { regions: [{ from: "west", to: "east" }] };

function withProxyRoute(change: (route: ProxyRouteFacts) => Partial<ProxyRouteFacts>): MeshFacts {
  return withConfig("east", ingressGateway, ({ routeTables }) => ({
    routeTables: routeTables.map((table) => ({
      ...table,
      virtualHosts: table.virtualHosts.map((host) => ({
        ...host,
        routes: host.routes.map((route) => ({ ...route, ...change(route) })),
      })),
    })),
  }));
}

/** East's gateway has a host name, for which west's istiod has this address. */
function withEastGatewayNamed(address: string): MeshFacts {
  const named = withGateway("east", eastWestGateway, ({ service }) =>
    service === undefined ? {} : { service: { ...service, addresses: ["lb.example"] } },
  );
  return {
    ...named,
    clusters: named.clusters.map((one) =>
      one.kind !== "reached" || one.cluster !== "west"
        ? one
        : {
            ...one,
            istiod: {
              ...one.istiod,
              pods: one.istiod.pods.map((pod) => ({
                ...pod,
                networkGateways: pod.networkGateways.map((known) =>
                  known.cluster === "east" ? { ...known, address } : known,
                ),
              })),
            },
          },
    ),
  };
}

/** The pod of west has an address of each family, and the ingress proxy has it by this one. */
function withPodOfTwoFamilies(address: string): MeshFacts {
  const facts = withConfig("west", ingressGateway, ({ clusters }) => ({
    clusters: clusters.map((cluster) => ({
      ...cluster,
      endpoints: cluster.endpoints.map((endpoint) =>
        endpoint.address === "10.42.0.7:5000" ? { ...endpoint, address } : endpoint,
      ),
    })),
  }));
  const alsoAt = { "10.42.0.7:5000": ["[fd00::7]:5000"] };
  return {
    ...facts,
    clusters: facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "west"
        ? { ...one, services: one.services.map((service) => ({ ...service, alsoAt })) }
        : one,
    ),
  };
}

/** East has a rule that sends the service's requests to a region in which no node is. */
function strandingRule(): MeshFacts {
  return withRouting(({ destinationRules }) => ({
    destinationRules: [...destinationRules, { ...foreignRule, trafficPolicy: { distributesTo: ["nowhere/*"] } }],
  }));
}

/** East has an older rule with a traffic policy for the service with failover, whose own rule has one too. */
function withOlderPolicy(facts: MeshFacts): MeshFacts {
  const other = {
    ...foreignRule,
    namespace: "shop",
    host: "orders",
    created: "2026-10-01T00:00:00Z",
    trafficPolicy: {},
  };
  const clusters = facts.clusters.map((one) => {
    if (one.kind !== "reached" || one.cluster !== "east") {
      return one;
    }
    const rules = one.routing.destinationRules.map((rule) => ({ ...rule, trafficPolicy: {} }));
    return { ...one, routing: { ...one.routing, destinationRules: [...rules, other] } };
  });
  return { ...facts, clusters };
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "routes/in-proxies",
    "a proxy without the listener",
    withConfig("east", ingressGateway, () => ({ chains: [] })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "a proxy without the host",
    withConfig("east", ingressGateway, ({ routeTables }) => ({
      routeTables: routeTables.map((table) => ({ ...table, virtualHosts: [] })),
    })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "another match",
    withProxyRoute(({ path }) => ({ path: { ...path, value: "/other" } })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "other weights",
    withProxyRoute(({ clusters }) => ({
      clusters: Object.fromEntries(Object.keys(clusters).map((name) => [name, 50])),
    })),
    ["error ISM475 east"],
  ],
  [
    "routes/in-proxies",
    "an answer of the proxy itself",
    withProxyRoute(() => ({ clusters: {}, answers: 404 })),
    ["error ISM475 east"],
  ],
  ["routes/in-proxies", "nothing where it cannot know", withProxyRoute(() => ({ conditional: true })), []],
  ["routes/names-in-proxies", "a name that no listener has", withChains(), ["error ISM863 east"]],
  [
    "routes/filters",
    "a limit in an ingress proxy",
    withConfig("east", ingressGateway, () => ({
      filters: [
        {
          at: "listener 0.0.0.0_8080",
          filter: "local_ratelimit",
          limit: { status: 429, burst: 1, perSecond: 0.1, percent: 100 },
        },
      ],
    })),
    ["error ISM566 east"],
  ],
  [
    "routes/callers",
    "a sidecar that knows no route",
    withCluster("east", (one) => ({
      callers: one.callers.map((caller) => ({
        ...caller,
        ways: caller.ways.map((way) => ({ ...way, routes: [] })),
      })),
    })),
    ["error ISM564 east"],
  ],
  [
    "routes/endpoints",
    "a gateway's host name by an address that its istiod has not",
    withEastGatewayNamed("198.51.100.9"),
    ["error ISM476 west→east"],
  ],
  [
    "routes/endpoints",
    "nothing where a gateway's host name stands by the address that istiod has for it",
    withEastGatewayNamed("172.30.2.2"),
    [],
  ],
  [
    "routes/endpoints",
    "nothing where a proxy has a pod of two families by its other address",
    withPodOfTwoFamilies("[fd00::7]:5000"),
    [],
  ],
  [
    "routes/endpoints",
    "a pod of two families at neither of its addresses",
    withPodOfTwoFamilies("[fd00::8]:5000"),
    ["error ISM476 west"],
  ],
  [
    "routes/visibility",
    "a service that is exported to no namespace",
    withService({ exportTo: ["~"] }),
    ["error ISM538 east"],
  ],
  ["routes/foreign-endpoints", "one that no cluster has", withEndpoint("10.99.0.9:5000"), ["warning ISM537 west"]],
  [
    "routes/foreign-endpoints",
    "an EndpointSlice of somebody else's",
    withService({
      foreignSlices: [{ name: "by-hand", endpoints: ["192.0.2.7:5000"], written: { by: "kubectl", at: "" } }],
    }),
    ["warning ISM537 east"],
  ],
  [
    "routes/endpoints",
    "a version of the other cluster without endpoints",
    withConfig("west", ingressGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => (cluster.name.includes("v2") ? { ...cluster, endpoints: [] } : cluster)),
    })),
    ["error ISM476 west→east"],
  ],
  [
    "routes/endpoints",
    "a pod of its own that a proxy has and does not use",
    withConfig("west", ingressGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => ({
        ...cluster,
        endpoints: cluster.endpoints.map((endpoint) =>
          endpoint.address.startsWith("10.") ? { ...endpoint, idle: "unhealthy" } : endpoint,
        ),
      })),
    })),
    ["error ISM476 west"],
  ],
  ["routes/subsets", "no DestinationRule", withRouting(() => ({ destinationRules: [] })), ["error ISM444 east"]],
  [
    "routes/subsets",
    "a deleted subset",
    withRouting(({ destinationRules }) => ({
      destinationRules: destinationRules.map((rule) => ({ ...rule, subsets: rule.subsets.slice(0, 1) })),
    })),
    ["error ISM444 east"],
  ],
  [
    "routes/foreign-rules",
    "another rule for the host, by its short name",
    withRouting(({ destinationRules }) => ({ destinationRules: [...destinationRules, foreignRule] })),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "an older one with other pods under the name of a version",
    withRouting(({ destinationRules }) => ({
      destinationRules: [
        ...destinationRules,
        { ...foreignRule, created: "2026-10-01T00:00:00Z", subsets: [{ name: "v1", labels: { version: "old" } }] },
      ],
    })),
    ["error ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "an older one whose traffic policy takes the place of the failover",
    withOlderPolicy(shopWithFailover({}, {})),
    ["error ISM478 east"],
  ],
  ["routes/foreign-rules", "one that sends requests where no node is", strandingRule(), ["error ISM478 east"]],
  [
    "routes/foreign-rules",
    "nothing worse in that where no pod of the service runs anywhere",
    all(
      service("west", "sample/helloworld", () => ({ endpoints: [] })),
      service("east", "sample/helloworld", () => ({ endpoints: [] })),
    )(strandingRule()),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in that where a node does not say its region",
    inCluster("west", ({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, region: "", zone: "" })) }))(
      strandingRule(),
    ),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in that where pods say their locality themselves",
    inCluster("west", ({ pods }) => ({
      pods: pods.map((pod) => ({ ...pod, labels: { ...pod.labels, "istio-locality": "nowhere.a" } })),
    }))(strandingRule()),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing worse in one that spreads them over all",
    withRouting(({ destinationRules }) => ({
      destinationRules: [...destinationRules, { ...foreignRule, trafficPolicy: { distributesTo: ["*"] } }],
    })),
    ["warning ISM478 east"],
  ],
  [
    "routes/foreign-rules",
    "nothing of a rule for another host",
    withRouting(({ destinationRules }) => ({
      destinationRules: [...destinationRules, { ...foreignRule, host: "other" }],
    })),
    [],
  ],
  [
    "routes/weights",
    "weights of one cluster only",
    withRouting(({ virtualServices }) => ({
      virtualServices: virtualServices.map((route) => ({ ...route, weights: { v1: 50, v2: 50 } })),
    })),
    ["error ISM445 east"],
  ],
  [
    "routes/localities",
    "nodes without a region",
    withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, region: "" })) })),
    ["warning ISM446 east"],
  ],
  [
    "routes/localities",
    "nodes without a region that a failover goes by",
    shopWithFailover(byRegions, { region: "" }),
    ["error ISM446 east"],
  ],
  ["routes/localities", "nothing of nodes in the regions of a failover", shopWithFailover(byRegions, {}), []],
  [
    "routes/failover",
    "endpoints of both clusters alike",
    shopWithFailover({}, { priority: 0 }),
    ["error ISM543 east→west"],
  ],
  [
    "routes/failover",
    "endpoints of two regions alike",
    shopWithFailover(byRegions, { priority: 0 }),
    ["error ISM543 east→west"],
  ],
  ["routes/failover", "nothing where the other cluster comes second", shopWithFailover({}, {}), []],
  [
    "routes/failover",
    "nothing wrong with an order that the user has chosen",
    shopWithFailover({ priority: ["app"] }, { priority: 0 }),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("routes", table), "each of these needs one").toEqual([]);
});

it("takes nodes without a region for the cause of an order that is missing", () => {
  const { causes } = runChecks(shopWithFailover(byRegions, { region: "", priority: 0 }), { pre: false });
  expect(causes.map(({ code, consequences }) => [code, ...consequences.map((one) => one.code)])).toEqual([
    ["ISM446", "ISM543"],
  ]);
});

it("does not say that proxies have all endpoints where no istiod has an address for a gateway's host name", () => {
  const facts = withEastGatewayNamed("lb.example");
  const unseen = checks.find(({ id }) => id === "routes/endpoints")?.unseen;
  expect(unseen?.(facts)).toEqual([
    "the addresses that proxies of west must have for lb.example, the east-west gateway of east: no istiod there has one",
  ]);
  expect(unseen?.(withEastGatewayNamed("172.30.2.2"))).toEqual([]);
});
