import { describe, expect, it } from "vitest";
import type { NetworkPolicyFacts } from "../checks/policy-facts.ts";
import type { Mesh } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import { renderNetworkPolicies } from "../render/network-policy.ts";
import { materials as plain, twoClusters } from "../testing/two-clusters.ts";
import type { MeshFlow, Party } from "./mesh-flows.ts";
import { meshFlows } from "./mesh-flows.ts";
import type { Connection, PolicyPeer, PolicyPod } from "./policy-pod.ts";
import { closingPolicies, compilePolicies } from "./network-policy.ts";
import { policyFactsOf } from "./policy-facts-of.ts";

const egress = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "istio-system", name: "istio-egressgateway" },
  spec: {
    ports: [
      { port: 80, targetPort: 8080 },
      { port: 443, targetPort: 8443 },
    ],
  },
};
/** With an egress gateway, as in Istio's profile demo. */
const materials = { ...plain, istioManifests: { west: [...(plain.istioManifests["west"] ?? []), egress] } };
const [helloworld] = twoClusters.services;
const mesh: Mesh = {
  ...twoClusters,
  hardening: { networkPolicies: "strict" },
  clusters: twoClusters.clusters.map((one) => ({
    ...one,
    eastWest: { everywhere: { addresses: ["203.0.113.7"], port: 15443 }, seenFrom: {} },
  })),
  services:
    helloworld === undefined ? [] : [helloworld, { ...helloworld, name: "prices", namespace: "shop", port: 7000 }],
};
const west = clusterNamed(mesh, "west");
const policies = renderNetworkPolicies(mesh, west, materials).map(policyFactsOf);

function pod(namespace: string, labels: Readonly<Record<string, string>>, meshed = false): PolicyPod {
  const name = `${namespace}-${Object.values(labels).join("-")}`;
  return {
    namespace,
    name,
    labels,
    namespaceLabels: { "kubernetes.io/metadata.name": namespace, ...(meshed ? { "istio-injection": "enabled" } : {}) },
    addresses: [`10.42.0.${name.length}`],
    hostNetwork: false,
    ports: [],
  };
}

const dns = pod("kube-system", { "k8s-app": "kube-dns" });
const prometheus = pod("monitoring", { app: "prometheus" });

/** Somebody who is that party. */
function somebody(party: Party): PolicyPeer {
  switch (party.kind) {
    case "istiod":
      return { kind: "pod", pod: pod("istio-system", { app: "istiod" }) };
    case "ingress-gateway":
      return { kind: "pod", pod: pod("istio-system", { istio: "ingressgateway" }) };
    case "east-west-gateway":
      return { kind: "pod", pod: pod("istio-system", { istio: "eastwestgateway" }) };
    case "service":
      return { kind: "pod", pod: pod(party.service.namespace, { app: party.service.name }, true) };
    case "egress-gateway":
    case "istio-pods":
      return { kind: "pod", pod: pod("istio-system", { istio: "egressgateway" }) };
    case "meshed":
      return { kind: "pod", pod: pod("other", { app: "caller" }, true) };
    case "http01-solver":
      return { kind: "pod", pod: pod("istio-system", { "acme.cert-manager.io/http01-solver": "true" }) };
    case "any-pod":
      return { kind: "pod", pod: prometheus };
    case "dns":
      return { kind: "pod", pod: dns };
    case "address":
      return { kind: "outside", address: party.address };
    case "world":
      return { kind: "outside", address: "198.51.100.9" };
  }
}

/** A pod's way to itself is always open: a service calls another pod of its own. */
function another(peer: PolicyPeer): PolicyPeer {
  return peer.kind === "pod" ? { ...peer, pod: { ...peer.pod, name: `${peer.pod.name}-2` } } : peer;
}

function connectionsOf(flow: MeshFlow): readonly Connection[] {
  const [from, to] = [another(somebody(flow.from)), somebody(flow.to)];
  return flow.ports.flatMap(({ port, protocol }) => [
    ...(from.kind === "pod" ? [{ pod: from.pod, direction: "egress", peer: to, port, protocol } as const] : []),
    ...(to.kind === "pod" ? [{ pod: to.pod, direction: "ingress", peer: from, port, protocol } as const] : []),
  ]);
}

function isOpen(given: readonly NetworkPolicyFacts[], connection: Connection): boolean {
  return closingPolicies(compilePolicies(given), connection).length === 0;
}

const connections = meshFlows(mesh, west, materials).flatMap(connectionsOf);

describe("the strict policies of a mesh", () => {
  it("admit every flow that the mesh has, at both ends", () => {
    expect(connections.filter((one) => !isOpen(policies, one))).toEqual([]);
    expect(connections.length).toBeGreaterThan(60);
  });

  it("have no rule too many: without any single one of them a flow is closed", () => {
    const idle = policies.flatMap((policy, place) =>
      (["ingress", "egress"] as const).flatMap((direction) =>
        policy[direction].flatMap((rule, index) => {
          // NodeLocal DNSCache and the cluster's DNS are two ways to one thing.
          if (rule.peers.some((peer) => peer.ipBlock?.cidr === "169.254.20.10/32")) {
            return [];
          }
          const less = { ...policy, [direction]: policy[direction].filter((one) => one !== rule) };
          return connections.some((one) => !isOpen(policies.with(place, less), one))
            ? []
            : [`${policy.name} ${direction} ${index}`];
        }),
      ),
    );
    expect(idle).toEqual([]);
  });

  const stranger = pod("monitoring", { app: "stranger" });
  const closed: readonly (readonly [string, Connection])[] = [
    ["a pod outside of the mesh, to a service", into("service", stranger, 5000)],
    ["a pod outside of the mesh, to istiod's configuration", into("istiod", stranger, 15012)],
    ["anybody, to istiod's debug port", into("istiod", stranger, 8080)],
    ["a service of the mesh, to a port that is none of another service", into("service", meshedPod(), 9999)],
    ["a service, to somewhere outside", out("service", 443)],
    ["the ingress gateway, to somewhere outside", out("ingress-gateway", 443)],
    ["the east-west gateway, to another network", out("east-west-gateway", 15443)],
    ["istiod, to a port that is no API server's", out("istiod", 80)],
    ["a pod outside of the mesh, to the egress gateway", into("egress-gateway", stranger, 8080)],
    ["the mesh, to a port of the egress gateway that is none", into("egress-gateway", meshedPod(), 9999)],
  ];
  it.each(closed)("close what no flow needs: %s", (_, connection) => {
    expect(isOpen(policies, connection)).toBe(false);
  });

  function meshedPod(): PolicyPod {
    return pod("other", { app: "caller" }, true);
  }

  it("leave the egress gateway its way out, which only those who send something there know", () => {
    expect(isOpen(policies, out("egress-gateway", 443))).toBe(true);
    const without = renderNetworkPolicies(mesh, west, plain);
    expect(without.filter(({ metadata }) => metadata.name.includes("egressgateway"))).toEqual([]);
  });

  function podOf(kind: "istiod" | "ingress-gateway" | "east-west-gateway" | "egress-gateway" | "service"): PolicyPod {
    const [service] = mesh.services;
    const peer = kind !== "service" ? somebody({ kind }) : service && somebody({ kind, service });
    if (peer?.kind !== "pod") {
      throw new Error(`${kind} has pods`);
    }
    return peer.pod;
  }

  function into(kind: Parameters<typeof podOf>[0], from: PolicyPod, port: number): Connection {
    return { pod: podOf(kind), direction: "ingress", peer: { kind: "pod", pod: from }, port, protocol: "TCP" };
  }

  function out(kind: Parameters<typeof podOf>[0], port: number): Connection {
    const peer: PolicyPeer = { kind: "outside", address: "198.51.100.9" };
    return { pod: podOf(kind), direction: "egress", peer, port, protocol: "TCP" };
  }
});
