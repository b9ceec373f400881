import { describe, expect, it } from "vitest";
import { eastWestGateway, ingressGateway } from "../render/names.ts";
import { foundBy } from "../testing/found-by.ts";
import { healthyFacts, withCluster, withGateway, withIstiodPods } from "../testing/healthy-facts.ts";
import type { Check } from "./check.ts";
import type { CredentialTrial, MeshFacts, ReachedCluster, RemoteSecretFacts } from "./facts.ts";
import { checks } from "./list.ts";

const otherRoot = {
  subject: "CN=root",
  fingerprint: "CC:DD",
  identity: "eee",
  notBefore: "2026-01-01T00:00:00.000Z",
  notAfter: "2036-01-01T00:00:00.000Z",
};

function withRoot(change: Partial<typeof otherRoot>): MeshFacts {
  const root = { ...otherRoot, ...change };
  return withCluster("east", (one) => ({
    authority: one.authority.kind === "present" ? { ...one.authority, roots: [root], above: [root] } : one.authority,
  }));
}

function withSecret(change: Partial<RemoteSecretFacts>): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({ ...secret, ...change })),
  }));
}

function withTrial(outcome: CredentialTrial["outcome"]): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, trial: { outcome, detail: "" } })),
    })),
  }));
}

function withTokenEnd(expires: string): MeshFacts {
  return withCluster("west", (one) => ({
    remoteSecrets: one.remoteSecrets.map((secret) => ({
      ...secret,
      credentials: secret.credentials.map((credential) => ({ ...credential, expires })),
    })),
  }));
}

function withService(change: Partial<ReachedCluster["services"][number]>): MeshFacts {
  return withCluster("east", (one) => ({ services: one.services.map((service) => ({ ...service, ...change })) }));
}

function withIstiod(change: Partial<ReachedCluster["istiod"]>): MeshFacts {
  return withCluster("east", (one) => ({ istiod: { ...one.istiod, ...change } }));
}

function withRouting(change: (routing: ReachedCluster["routing"]) => Partial<ReachedCluster["routing"]>): MeshFacts {
  return withCluster("east", (one) => ({ routing: { ...one.routing, ...change(one.routing) } }));
}

function withFrontDoor(facts: MeshFacts, issuer: string): MeshFacts {
  const services = facts.mesh.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({
      ...route,
      tls: { secretName: "door", issuer },
      dns: { via: "externalDns" as const },
    })),
  }));
  return { ...facts, mesh: { ...facts.mesh, services, http01Issuers: ["http"] } };
}

/** East's gateway behind a load balancer that has a DNS name. */
function withEastName(facts: MeshFacts): MeshFacts {
  const named = withGateway("east", eastWestGateway, () => ({
    service: { type: "LoadBalancer", network: "east-net", addresses: ["ew.east.example"], ports: [15443] },
  }));
  return { ...facts, clusters: [...facts.clusters.slice(0, 1), ...named.clusters.slice(1)] };
}

const rivalGateway = {
  namespace: "sample",
  name: "rival",
  selector: { istio: "eastwestgateway" },
  servers: [{ port: 15443, tlsMode: "ISTIO_MUTUAL", hosts: ["*.local"] }],
};
const denyAll = {
  namespace: "istio-system",
  name: "deny",
  matchLabels: {},
  expressions: false,
  ingress: true,
  ingressPorts: [],
};
const quota = {
  namespace: "sample",
  name: "q",
  resources: { "limits.cpu": { hard: "4", used: "3600m" }, "requests.memory": { hard: "8Gi", used: "1Gi" } },
};

/** Check, what is wrong, the facts, and exactly what the check must find. */
const table: readonly (readonly [Check["id"], string, MeshFacts, readonly string[]])[] = [
  [
    "access/clusters-answer",
    "a cluster that does not answer",
    {
      ...healthyFacts(),
      clusters: healthyFacts().clusters.map((one) =>
        one.cluster === "east"
          ? {
              kind: "unreachable",
              cluster: "east",
              diagnostic: { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" },
            }
          : one,
      ),
    },
    ["error ISM255 east"],
  ],
  [
    "access/nodes-ready",
    "no ready node",
    withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, ready: false })) })),
    ["error ISM411 east"],
  ],
  [
    "versions/kubernetes",
    "a Kubernetes that this Istio refuses",
    withCluster("east", () => ({ kubernetesVersion: "v1.20.4" })),
    ["error ISM214 east"],
  ],
  [
    "versions/kubernetes",
    "a Kubernetes that is newer than Istio supports",
    withCluster("east", () => ({ kubernetesVersion: "v1.99.0" })),
    ["warning ISM215 east"],
  ],
  ["versions/istio-version", "an older istiod", withIstiod({ version: "1.30.4" }), ["warning ISM412 east"]],
  ["versions/rotation-safe", "1.30.3", withIstiod({ version: "1.30.3-distroless" }), ["warning ISM413 east"]],
  ["versions/rotation-safe", "nothing at 1.30.4", withIstiod({ version: "1.30.4" }), []],
  [
    "trust/cacerts-sound",
    "no cacerts beside an istiod",
    withCluster("east", () => ({ authority: { kind: "missing" } })),
    ["error ISM415 east"],
  ],
  [
    "trust/cacerts-sound",
    "parts that do not fit",
    withCluster("east", () => ({
      authority: { kind: "broken", flaw: "ca-key.pem does not belong to ca-cert.pem", effect: "istiod" },
    })),
    ["error ISM415 east"],
  ],
  ["trust/same-root", "a root of the same subject and another key", withRoot({}), ["error ISM414 east"]],
  ["trust/issued-by-cacerts", "an istiod that was started before cacerts", withRoot({}), ["error ISM416 east"]],
  [
    "trust/proxies-trust-root",
    "proxies with the old root",
    withRoot({}),
    ["error ISM417 west→east", "error ISM417 east"],
  ],
  ["control-plane/istiod-ready", "istiod scaled to 0", withIstiod({ desired: 0, ready: 0 }), ["error ISM420 east"]],
  [
    "control-plane/root-certificate",
    "a namespace that istiod has given up",
    withCluster("east", (one) => ({
      namespaces: one.namespaces.map((namespace) => {
        const { roots: _, ...rest } = namespace;
        return rest.name === "sample" ? rest : namespace;
      }),
    })),
    ["error ISM453 east"],
  ],
  [
    "control-plane/istiod-ready",
    "no istiod at all",
    withCluster("east", (one) => {
      const { desired: _, ...rest } = one.istiod;
      return { istiod: rest };
    }),
    ["error ISM420 east"],
  ],
  ["control-plane/cluster-id", "another name in istiod", withIstiod({ clusterId: "oest" }), ["error ISM421 east"]],
  ["control-plane/mesh-id", "another mesh", withCluster("east", () => ({ meshId: "other" })), ["error ISM422 east"]],
  ["control-plane/webhook", "no webhook", withIstiod({ webhook: false }), ["error ISM423 east"]],
  [
    "network/namespace-label",
    "no label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map(({ network: _, ...rest }) => rest) })),
    ["error ISM418 east"],
  ],
  [
    "network/namespace-label",
    "the other cluster's label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map((space) => ({ ...space, network: "west-net" })) })),
    ["error ISM418 east"],
  ],
  [
    "network/gateway-label",
    "no label at the Service",
    withGateway("east", eastWestGateway, () => ({
      service: { type: "LoadBalancer", addresses: ["172.30.2.2"], ports: [15443] },
    })),
    ["error ISM419 east"],
  ],
  [
    "network/gateway-label",
    "another network in the pods",
    withGateway("east", eastWestGateway, () => ({ network: "west-net" })),
    ["error ISM419 east"],
  ],
  ["gateways/ready", "no ready pod", withGateway("east", ingressGateway, () => ({ ready: 0 })), ["error ISM424 east"]],
  [
    "gateways/addresses",
    "a pending load balancer",
    withGateway("east", eastWestGateway, () => ({
      service: { type: "LoadBalancer", network: "east-net", addresses: [], ports: [15443] },
    })),
    ["error ISM425 east"],
  ],
  [
    "gateways/addresses",
    "a Service without 15443",
    withGateway("east", eastWestGateway, () => ({
      service: { type: "LoadBalancer", network: "east-net", addresses: ["172.30.2.2"], ports: [443] },
    })),
    ["error ISM425 east"],
  ],
  ["gateways/cross-network", "no Gateway for 15443", withRouting(() => ({ gateways: [] })), ["error ISM426 east"]],
  [
    "gateways/cross-network",
    "a second Gateway for 15443",
    withRouting(({ gateways }) => ({ gateways: [...gateways, rivalGateway] })),
    ["error ISM426 east"],
  ],
  [
    "gateways/listener",
    "a proxy without the listener",
    withGateway("east", eastWestGateway, ({ pods }) => ({ pods: pods.map((pod) => ({ ...pod, listeners: [15021] })) })),
    ["error ISM427 east"],
  ],
  [
    "credentials/remote-secrets",
    "a missing one",
    withCluster("west", () => ({ remoteSecrets: [] })),
    ["error ISM430 west→east"],
  ],
  ["credentials/secret-names", "an unknown cluster", withSecret({ keys: ["oest"] }), ["error ISM431 west"]],
  ["credentials/secret-names", "an annotation of another", withSecret({ annotation: "west" }), ["error ISM431 west"]],
  ["credentials/not-ending", "30 days", withTokenEnd("2026-12-23T06:00:00.000Z"), ["warning ISM435 west→east"]],
  ["credentials/not-ending", "yesterday", withTokenEnd("2026-11-22T06:00:00.000Z"), ["error ISM435 west→east"]],
  ["credentials/not-ending", "nothing at 90 days", withTokenEnd("2027-02-23T06:00:00.000Z"), []],
  ["credentials/accepted", "401", withTrial("unauthorized"), ["error ISM432 west→east"]],
  ["credentials/accepted", "an authority that does not fit", withTrial("untrusted"), ["error ISM433 west→east"]],
  ["credentials/accepted", "too few rights", withTrial("forbidden"), ["error ISM434 west→east"]],
  ["credentials/accepted", "nothing where this machine has no way", withTrial("unreachable"), []],
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
  ["services/in-every-cluster", "a missing Service", withService({ present: false }), ["error ISM440 east"]],
  ["services/in-every-cluster", "a headless Service", withService({ headless: true }), ["error ISM440 east"]],
  ["services/in-every-cluster", "another port", withService({ ports: [80] }), ["error ISM440 east"]],
  ["services/versions-run", "no ready pod", withService({ podsOf: { v1: [], v2: [] } }), ["error ISM441 east"]],
  ["services/sidecars", "a pod without one", withService({ withoutSidecar: ["helloworld-x"] }), ["error ISM442 east"]],
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
  ["policies/quotas", "0.4 CPU left", withCluster("east", () => ({ quotas: [quota] })), ["error ISM447 east"]],
  [
    "policies/network-policies",
    "default deny",
    withCluster("east", () => ({ networkPolicies: [denyAll] })),
    ["error ISM448 east", "error ISM448 east", "error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "nothing where another policy admits all ports",
    withCluster("east", () => ({ networkPolicies: [denyAll, { ...denyAll, name: "all", ingressPorts: [[]] }] })),
    [],
  ],
  ["certificates/authorities", "30 days", withRoot({ notAfter: "2026-12-23T06:00:00.000Z" }), ["warning ISM449 east"]],
  ["certificates/authorities", "yesterday", withRoot({ notAfter: "2026-11-22T06:00:00.000Z" }), ["error ISM449 east"]],
  [
    "certificates/front-doors",
    "a missing Secret",
    withCluster("east", () => ({ tlsSecrets: [{ name: "door", present: false }] })),
    ["error ISM450 east"],
  ],
  ["certificates/front-doors", "HTTP challenges", withFrontDoor(healthyFacts(), "http"), ["warning ISM451 "]],
  [
    "dns/policy",
    "one owner and sync",
    withFrontDoor(
      {
        ...healthyFacts(),
        clusters: healthyFacts().clusters.map((one) =>
          one.kind === "reached"
            ? {
                ...one,
                externalDns: [
                  { namespace: "dns", name: "a", ownerId: "one", policy: "sync", sources: [], domainFilters: [] },
                ],
              }
            : one,
        ),
      },
      "dns",
    ),
    ["warning ISM522 west→east", "warning ISM522 east→west"],
  ],
  [
    "dns/owner",
    "an owner per cluster",
    withFrontDoor(
      withCluster("east", () => ({
        externalDns: [
          { namespace: "dns", name: "a", ownerId: "one", sources: [], domainFilters: [] },
          { namespace: "dns", name: "b", ownerId: "two", sources: [], domainFilters: [] },
        ],
      })),
      "dns",
    ),
    ["warning ISM452 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

describe("the table", () => {
  it("shows for every check that it can fail", () => {
    const shown = new Set(table.filter(([, , , expected]) => expected.length > 0).map(([id]) => id));
    expect(checks.map((one) => one.id).filter((id) => !shown.has(id))).toEqual([]);
  });
});
