import { expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../../render/names.ts";
import { changeCluster, serviceOf, withConfig, withPods, withRouting } from "../../testing/changed-facts.ts";
import { changeConfigs } from "../../testing/changed-proxies.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { all, drained, inCluster } from "../../testing/faults/changes.ts";
import { healthyShop } from "../../testing/faults/shop.ts";
import { foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster, withGateway, withIstiodPods } from "../../testing/healthy-facts.ts";
import type { ClaimingService } from "../control-plane-facts.ts";
import type { GatewayObject, GatewayServer, MeshFacts, ReachedCluster } from "../facts.ts";

/** An istiod of east to which no ingress gateway is connected. */
function withoutGateway(): Partial<ReachedCluster> {
  const lost = withIstiodPods("east", ({ proxies }) => ({
    proxies: proxies.filter(({ name }) => !name.startsWith(ingressGateway)),
  }));
  const east = lost.clusters.find(({ cluster }) => cluster === "east");
  return east?.kind === "reached" ? { istiod: east.istiod } : {};
}

const rivalGateway = {
  namespace: "sample",
  name: "rival",
  created: "2026-11-02T03:00:00Z",
  selector: { istio: "eastwestgateway" },
  servers: [{ port: 15443, protocol: "TLS", tlsMode: "ISTIO_MUTUAL", hosts: ["*.local"] }],
};

/** A Gateway that somebody has made for the pods of the ingress gateway, before the mesh had its own. */
function olderGateway(server: Partial<GatewayServer>, more: Partial<GatewayObject> = {}): GatewayObject {
  return {
    namespace: "default",
    name: "raw",
    created: "2026-10-01T00:00:00Z",
    selector: { istio: "ingressgateway" },
    servers: [{ port: 80, protocol: "TCP", tlsMode: "", hosts: ["*"], ...server }],
    ...more,
  };
}

function withOlderGateway(...of: Parameters<typeof olderGateway>): MeshFacts {
  return withRouting(({ gateways }) => ({ gateways: [...gateways, olderGateway(...of)] }));
}

/** A cluster's own gateway Service, and one of somebody's that has an address too. */
function withClaims(cluster: "west" | "east", other: Partial<ClaimingService>): MeshFacts {
  const own = {
    namespace: "istio-system",
    name: eastWestGateway,
    addresses: ["172.30.2.2"],
    externalIPs: [],
    ports: [15443],
    selector: { istio: "eastwestgateway" },
    written: { by: "isthmus", at: "" },
  };
  const theirs = { ...own, namespace: "tools", name: "debug", externalIPs: ["172.30.2.2"], selector: { app: "debug" } };
  return withCluster(cluster, () => ({ claims: [...(cluster === "east" ? [own] : []), { ...theirs, ...other }] }));
}

/** The ingress of east at an address that a Service of west has too. */
function withIngressAt(address: string): MeshFacts {
  return all(
    inCluster("west", () => ({
      claims: [
        {
          namespace: "tools",
          name: "debug",
          addresses: [address],
          externalIPs: [address],
          ports: [443],
          selector: { app: "debug" },
          written: { by: "helm", at: "" },
        },
      ],
    })),
    inCluster("east", ({ gateways }) => ({
      gateways: gateways.map((one) =>
        one.name === ingressGateway && one.service !== undefined
          ? { ...one, service: { ...one.service, addresses: [address] } }
          : one,
      ),
    })),
  )(healthyFacts());
}

const claimRows: readonly CheckRow[] = [
  [
    "gateways/claimed-addresses",
    "a Service with the address and the port of its cluster's gateway",
    withClaims("east", {}),
    ["error ISM752 east"],
  ],
  [
    "gateways/claimed-addresses",
    "a Service with the address of another network's gateway",
    withClaims("west", {}),
    ["error ISM752 west→east"],
  ],
  [
    "gateways/claimed-addresses",
    "a warning for the address of another cluster's ingress, which the mesh does not need there",
    withIngressAt("203.0.113.7"),
    ["warning ISM752 west→east"],
  ],
  [
    "gateways/claimed-addresses",
    "nothing in a private address of another network's ingress, which each network has for its own",
    withIngressAt("192.168.1.240"),
    [],
  ],
  ["gateways/claimed-addresses", "nothing in another port of it", withClaims("east", { ports: [8443] }), []],
  [
    "gateways/claimed-addresses",
    "nothing in a second Service for the gateway's own pods",
    withClaims("east", { namespace: "istio-system", selector: { istio: "eastwestgateway" } }),
    [],
  ],
];

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  ["gateways/ready", "no ready pod", withGateway("east", ingressGateway, () => ({ ready: 0 })), ["error ISM424 east"]],
  [
    "gateways/addresses",
    "a pending load balancer",
    withGateway("east", eastWestGateway, () => ({
      service: serviceOf([], [15443]),
    })),
    ["error ISM425 east"],
  ],
  [
    "gateways/addresses",
    "a Service without 15443",
    withGateway("east", eastWestGateway, () => ({
      service: serviceOf(["172.30.2.2"], [443]),
    })),
    ["error ISM425 east"],
  ],
  [
    "gateways/strangers",
    "a pod to which the Service leads as well",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingressgateway" } },
      strangers: [{ name: "tool-1", labels: { istio: "ingressgateway" }, ready: true }],
    })),
    ["error ISM568 east"],
  ],
  [
    "gateways/strangers",
    "one finding for the pods of one Deployment that the Service leaves out",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { app: "istio-ingressgateway" } },
      strangers: ["tool-1", "tool-2"].map((name) => ({
        name,
        labels: { istio: "ingressgateway" },
        ready: true,
        owner: { kind: "Deployment", name: "tool" },
      })),
    })),
    ["warning ISM568 east"],
  ],
  ["gateways/cross-network", "no Gateway for 15443", withRouting(() => ({ gateways: [] })), ["error ISM426 east"]],
  [
    "gateways/cross-network",
    "a second Gateway for 15443",
    withRouting(({ gateways }) => ({ gateways: [...gateways, rivalGateway] })),
    ["error ISM426 east"],
  ],
  [
    "gateways/shared-ports",
    "an older Gateway with TCP at the port of routes",
    withOlderGateway({}),
    ["error ISM563 east"],
  ],
  [
    "gateways/shared-ports",
    "one that names the container's own port",
    withOlderGateway({ port: 8080 }),
    ["error ISM563 east"],
  ],
  ["gateways/shared-ports", "nothing of one with HTTP", withOlderGateway({ protocol: "HTTP2" }), []],
  ["gateways/shared-ports", "nothing of one at another port", withOlderGateway({ port: 9000 }), []],
  ["gateways/shared-ports", "nothing of one at another address", withOlderGateway({ bind: "10.0.0.1" }), []],
  ["gateways/shared-ports", "nothing of a younger one", withOlderGateway({}, { created: "2026-12-01T00:00:00Z" }), []],
  [
    "gateways/shared-ports",
    "one of the same second, by its name",
    withOlderGateway({}, { created: "2026-11-01T03:00:00Z", name: "a" }),
    ["error ISM563 east"],
  ],
  [
    "gateways/shared-ports",
    "nothing of one of the same second with a name after ours",
    withOlderGateway({}, { created: "2026-11-01T03:00:00Z" }),
    [],
  ],
  [
    "gateways/shared-ports",
    "nothing of one for other pods",
    withOlderGateway({}, { selector: { istio: "ingressgateway", team: "shop" } }),
    [],
  ],
  [
    "gateways/shared-ports",
    "nothing of one that gives way to an older one with HTTP itself",
    withRouting(({ gateways }) => ({
      gateways: [
        ...gateways,
        olderGateway({}),
        olderGateway({ protocol: "HTTP" }, { name: "oldest", created: "2026-09-01T00:00:00Z" }),
      ],
    })),
    [],
  ],
  [
    "gateways/shared-ports",
    "an older Gateway with TLS for the host of ours, and none for another host or another address",
    withRouting(({ gateways }) => ({
      gateways: [
        ...gateways.filter(({ name }) => name !== "helloworld-gateway"),
        olderGateway({ port: 80, protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["a.example", "b.example"] }),
        olderGateway(
          { port: 80, protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["b.example"] },
          { namespace: "sample", name: "helloworld-gateway", created: "2026-11-01T03:00:00Z" },
        ),
        olderGateway({ protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["c.example"] }, { name: "c" }),
        olderGateway({ protocol: "HTTPS", tlsMode: "SIMPLE", hosts: ["b.example"], bind: "10.0.0.1" }, { name: "d" }),
      ],
    })),
    ["error ISM563 east"],
  ],
  ["gateways/shared-ports", "one for all pods", withOlderGateway({}, { selector: {} }), ["error ISM563 east"]],
  [
    "gateways/listener",
    "a proxy without the listener",
    withGateway("east", eastWestGateway, ({ pods }) => ({ pods: pods.map((pod) => ({ ...pod, listeners: [15021] })) })),
    ["error ISM427 east"],
  ],
  [
    "gateways/listener",
    "nothing where the Service leads to another port, and the proxy listens there",
    withGateway("east", eastWestGateway, ({ pods, service }) => ({
      pods: pods.map((pod) => ({ ...pod, listeners: [15021, 15444] })),
      service: {
        ...(service ?? serviceOf([], [])),
        servicePorts: [{ port: 15443, protocol: "TCP", targetPort: 15444 }],
      },
    })),
    [],
  ],
  [
    "gateways/proxies-answer",
    "a proxy that does not answer",
    withPods("east", ingressGateway, () => ({ problem: "no answer within 10 s" })),
    ["warning ISM470 east"],
  ],
  [
    "gateways/proxies-answer",
    "one that stands still: istiod has lost it too",
    changeCluster(
      withPods("east", ingressGateway, () => ({ problem: "no answer within 10 s" })),
      withoutGateway(),
    ),
    ["error ISM470 east"],
  ],
  [
    "gateways/services",
    "a selector that selects nobody",
    withGateway("east", ingressGateway, ({ service }) => ({
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingress" } },
    })),
    ["error ISM474 east"],
  ],
  [
    "gateways/services",
    "nothing of a gateway that has no ready pod",
    withGateway("east", ingressGateway, ({ service }) => ({
      ready: 0,
      service: { ...(service ?? serviceOf([], [])), selector: { istio: "ingress" } },
    })),
    [],
  ],
  ...claimRows,
  [
    "gateways/subset-chains",
    "a version that the east-west proxy does not lead to",
    withConfig("east", eastWestGateway, ({ chains }) => ({
      chains: chains.filter((chain) => !chain.serverNames.some((name) => name.includes("v2"))),
    })),
    ["error ISM477 east"],
  ],
  [
    "gateways/subset-chains",
    "a version without endpoints in the east-west proxy",
    withConfig("east", eastWestGateway, ({ clusters }) => ({
      clusters: clusters.map((cluster) => ({ ...cluster, endpoints: [] })),
    })),
    ["error ISM477 east"],
  ],
  [
    "gateways/subset-chains",
    "nothing of a version that is drained, which its gateway leads nowhere",
    all(
      drained("shop/orders", "all"),
      inCluster("east", (one) => ({
        gateways: changeConfigs(one.gateways, (config) => ({
          ...config,
          clusters: config.clusters.map((held) => (held.name.includes("orders") ? { ...held, endpoints: [] } : held)),
        })),
      })),
    )(healthyShop()),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("gateways", table), "each of these needs one").toEqual([]);
});
