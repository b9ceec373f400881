import { describe, expect, it } from "vitest";
import { foreignRule, quota, withRouting } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts, NamespaceFacts, ReachedCluster } from "../facts.ts";
import { checks } from "../list.ts";
import type { CniAgent } from "../system-facts.ts";

/** istio-cni on one node. */
function agent(ready: number, updated = 1): CniAgent {
  return { namespace: "kube-system", name: "istio-cni-node", desired: 1, ready, updated };
}

/** A mesh whose pods have their connections redirected by istio-cni, with these agents of it in east. */
function withIstioCni(
  agents: readonly CniAgent[],
  change: (one: ReachedCluster) => Partial<ReachedCluster> = () => ({}),
): MeshFacts {
  const facts = withCluster("east", (one) => ({ ...change(one), system: { ...one.system, cni: agents } }));
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" && one.cluster !== "east" ? { ...one, system: { ...one.system, cni: [agent(1)] } } : one,
  );
  return { ...facts, clusters, mesh: { ...facts.mesh, istioCni: true } };
}

function restricted(namespace: NamespaceFacts): NamespaceFacts {
  return {
    ...namespace,
    labels: { ...namespace.labels, "pod-security.kubernetes.io/enforce": "restricted" },
  };
}

const everything = { matchLabels: {}, matchExpressions: [] };

const denyAll = {
  namespace: "istio-system",
  name: "deny",
  podSelector: everything,
  types: { ingress: true, egress: false },
  ingress: [],
  egress: [],
};

const plainText = {
  namespace: "sample",
  name: "plain",
  created: "2026-11-02T00:00:00Z",
  mode: "DISABLE",
  portModes: {},
};

const allowNothing = { namespace: "sample", name: "nothing", action: "ALLOW", targeted: false, rules: [] };

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  ["policies/quotas", "0.4 CPU left", withCluster("east", () => ({ quotas: [quota] })), ["error ISM447 east"]],
  [
    "policies/pod-security",
    "a namespace that refuses istio-init",
    withCluster("east", ({ namespaces }) => ({ namespaces: namespaces.map(restricted) })),
    ["error ISM473 east"],
  ],
  [
    "policies/pod-security",
    "nothing where istio-cni does it",
    withCluster("east", ({ namespaces, system }) => ({
      namespaces: namespaces.map(restricted),
      system: { ...system, cni: [agent(1)] },
    })),
    [],
  ],
  ["policies/istio-cni", "nothing where no pod counts on it", healthyFacts(), []],
  ["policies/istio-cni", "none where the mesh file has it redirect", withIstioCni([]), ["error ISM797 east"]],
  ["policies/istio-cni", "one that is not ready on every node", withIstioCni([agent(0)]), ["error ISM797 east"]],
  ["policies/istio-cni", "nothing of one that is", withIstioCni([agent(1)]), []],
  ["policies/istio-cni", "one that is rolled out", withIstioCni([agent(0, 0)]), ["warning ISM797 east"]],
  [
    "policies/istio-cni",
    "one that is not meant for every node",
    withIstioCni([agent(1)], ({ nodes }) => ({ nodes: [...nodes, ...nodes] })),
    ["warning ISM797 east"],
  ],
  [
    "policies/istio-cni",
    "nothing of somebody's agent on which no pod counts",
    withCluster("east", ({ system }) => ({ system: { ...system, cni: [agent(0)] } })),
    [],
  ],
  [
    "policies/network-policies",
    "one that closes everything in istio-system, once",
    withCluster("east", () => ({ networkPolicies: [denyAll] })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes the pods of a service",
    withCluster("east", () => ({ networkPolicies: [{ ...denyAll, namespace: "sample" }] })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes the way out of a service's pods",
    withCluster("east", () => ({
      networkPolicies: [{ ...denyAll, namespace: "sample", types: { ingress: false, egress: true } }],
    })),
    ["error ISM448 east"],
  ],
  [
    "policies/network-policies",
    "one that closes istiod's way to its own API server",
    withCluster("east", (one) => ({
      system: { ...one.system, apiServers: [{ address: "192.0.2.1", port: 6443 }] },
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: [53, 443].flatMap((port) => ["TCP", "UDP"].map((protocol) => ({ protocol, port }))) },
          ],
        },
      ],
    })),
    ["error ISM448 east"],
  ],
  [
    "policies/open",
    "pods that no policy selects, each direction once",
    withCluster("east", () => ({ networkPolicies: [{ ...denyAll, types: { ingress: true, egress: true } }] })),
    ["error ISM559 west", "error ISM559 west", "error ISM559 east", "error ISM559 east"],
  ],
  [
    "policies/closed",
    "a warning where only look-ups over TCP are closed",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: [{ protocol: "UDP", port: 53 }] },
            { peers: [], ports: [{ protocol: "TCP", port: 1000, endPort: 20_000 }] },
          ],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where Prometheus does not get at metrics",
    withCluster("east", (one) => ({
      system: {
        ...one.system,
        scrapers: (one.system.dns?.pods ?? []).map((pod) => ({
          ...pod,
          namespace: "monitoring",
          labels: { app: "prometheus" },
          namespaceLabels: { "kubernetes.io/metadata.name": "monitoring" },
        })),
      },
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          ingress: [{ peers: [], ports: [15_012, 15_017].map((port) => ({ protocol: "TCP", port })) }],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where load balancers do not get at a gateway's health",
    withCluster("east", (one) => ({
      gateways: one.gateways.map((gateway) =>
        gateway.service === undefined
          ? gateway
          : {
              ...gateway,
              service: {
                ...gateway.service,
                servicePorts: [...gateway.service.servicePorts, { port: 15_021, protocol: "TCP", targetPort: 15_021 }],
              },
            },
      ),
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { istio: "ingressgateway" } },
          ingress: [{ peers: [], ports: [{ protocol: "TCP", port: 80, endPort: 15_020 }] }],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/closed",
    "a warning where pods of services do not get at other networks",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          types: { ingress: false, egress: true },
          egress: [
            { peers: [], ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })) },
            { peers: [], ports: [{ protocol: "TCP", port: 1000, endPort: 15_442 }] },
          ],
        },
      ],
    })),
    ["warning ISM558 east"],
  ],
  [
    "policies/network-policies",
    "nothing at a gateway whose Service is not there yet, which alone knows the pods' port",
    withCluster("east", (one) => ({
      gateways: one.gateways.map(({ service: _none, ...gateway }) => gateway),
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { istio: "ingressgateway" } },
          ingress: [{ peers: [], ports: [{ protocol: "TCP", port: 8080 }] }],
        },
      ],
    })),
    [],
  ],
  [
    "policies/network-policies",
    "nothing where a policy admits proxies alone and none runs",
    withCluster("east", () => ({
      pods: [],
      networkPolicies: [
        {
          ...denyAll,
          podSelector: { ...denyAll.podSelector, matchLabels: { app: "istiod" } },
          ingress: [
            {
              peers: [{ podSelector: { matchLabels: {}, matchExpressions: [] } }],
              ports: [{ protocol: "TCP", port: 15_012 }],
            },
            { peers: [], ports: [{ protocol: "TCP", port: 15_017 }] },
          ],
        },
      ],
    })),
    [],
  ],
  [
    "policies/network-policies",
    "nothing where another policy admits all ports",
    withCluster("east", () => ({
      networkPolicies: [denyAll, { ...denyAll, name: "all", ingress: [{ peers: [], ports: [] }] }],
    })),
    [],
  ],
  [
    "policies/network-policies",
    "nothing where a service's pods are open to Istio's namespace",
    withCluster("east", () => ({
      networkPolicies: [
        {
          ...denyAll,
          namespace: "sample",
          ingress: [
            {
              peers: [
                {
                  namespaceSelector: {
                    matchLabels: { "kubernetes.io/metadata.name": "istio-system" },
                    matchExpressions: [],
                  },
                },
              ],
              ports: [{ protocol: "TCP", port: 5000 }],
            },
          ],
        },
      ],
    })),
    [],
  ],
  [
    "policies/peer-authentication",
    "plain text for a namespace, which takes the other cluster's endpoints and its requests",
    withCluster("east", () => ({ peerAuthentications: [plainText] })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "plain text for the mesh in istio-system",
    withCluster("west", () => ({ peerAuthentications: [{ ...plainText, namespace: "istio-system" }] })),
    ["error ISM471 west"],
  ],
  [
    "policies/peer-authentication",
    "plain text at the port of pods by label",
    withCluster("east", () => ({
      peerAuthentications: [
        { ...plainText, mode: "STRICT", selector: { version: "v2" }, portModes: { 5000: "DISABLE" } },
      ],
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "nothing where a namespace takes mTLS only",
    withCluster("east", () => ({ peerAuthentications: [{ ...plainText, mode: "STRICT" }] })),
    [],
  ],
  [
    "policies/peer-authentication",
    "a DestinationRule that sends plain text to other clusters",
    withRouting(({ destinationRules }) => ({
      destinationRules: destinationRules.map((rule) => ({ ...rule, trafficPolicy: { tls: "DISABLE" } })),
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/peer-authentication",
    "one that does so for every host, where the service has none of its own",
    withRouting(() => ({
      destinationRules: [
        { ...foreignRule, namespace: "istio-system", host: "*.local", trafficPolicy: { tls: "DISABLE" } },
        { ...foreignRule, namespace: "istio-system", host: "*", trafficPolicy: { tls: "ISTIO_MUTUAL" } },
      ],
    })),
    ["error ISM471 east"],
  ],
  [
    "policies/authorization",
    "one that allows nothing to the pods",
    withCluster("east", () => ({ authorizationPolicies: [allowNothing] })),
    ["error ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that allows nothing anywhere",
    withCluster("east", () => ({ authorizationPolicies: [{ ...allowNothing, namespace: "istio-system" }] })),
    ["error ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that denies requests without a token",
    withCluster("east", () => ({
      authorizationPolicies: [
        {
          ...allowNothing,
          action: "DENY",
          rules: [{ from: [{ notRequestPrincipals: ["*"] }], to: [], conditional: false }],
        },
      ],
    })),
    ["warning ISM472 east"],
  ],
  [
    "policies/authorization",
    "one that denies the method by which routes are asked",
    withCluster("east", () => ({
      authorizationPolicies: [
        { ...allowNothing, action: "DENY", rules: [{ from: [], to: [{ methods: ["GET"] }], conditional: false }] },
      ],
    })),
    ["warning ISM472 east"],
  ],
  [
    "policies/authorization",
    "nothing where another method is denied",
    withCluster("east", () => ({
      authorizationPolicies: [
        { ...allowNothing, action: "DENY", rules: [{ from: [], to: [{ methods: ["DELETE"] }], conditional: false }] },
      ],
    })),
    [],
  ],
  [
    "policies/authorization",
    "nothing where the gateway's identity is allowed",
    withCluster("east", () => ({
      authorizationPolicies: [
        {
          ...allowNothing,
          rules: [
            {
              from: [{ principals: ["cluster.local/ns/istio-system/*"], namespaces: ["istio-system"] }],
              to: [],
              conditional: false,
            },
          ],
        },
      ],
    })),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("policies", table), "each of these needs one").toEqual([]);
});

const byAddress = (ipBlocks: readonly string[]) => ({
  ...allowNothing,
  rules: [{ from: [{ ipBlocks }], to: [], conditional: false }],
});
const atIngress = { ...byAddress(["192.0.2.0/24"]), namespace: "istio-system", selector: { istio: "ingressgateway" } };

/** East with a policy by addresses at its ingress gateway, and what the gateway has counted by it. */
function countedBy(authorized?: { readonly allowed: number; readonly denied: number }): MeshFacts {
  return withCluster("east", ({ gateways }) => ({
    authorizationPolicies: [atIngress],
    gateways: gateways.map((one) => ({
      ...one,
      pods: one.pods.map((pod) => ({ ...pod, ...(authorized === undefined ? {} : { authorized }) })),
    })),
  }));
}

describe("a policy by addresses", () => {
  const unseen = (facts: MeshFacts) => checks.find(({ id }) => id === "policies/authorization")?.unseen?.(facts);

  it("at the pods is judged by the addresses of the gateways that ask them", () => {
    const at = (block: string) =>
      foundBy(
        "policies/authorization",
        withCluster("east", () => ({ authorizationPolicies: [byAddress([block])] })),
      );
    expect(at("10.42.0.0/16")).toEqual([]);
    expect(at("192.0.2.0/24")).toEqual(["error ISM472 east"]);
  });

  it("at the pods is told by the gateway whose requests it refuses, where it takes those of another one", () => {
    const facts = withCluster("east", () => ({ authorizationPolicies: [byAddress(["10.42.0.3"])] }));
    const found = findingsOf("policies/authorization", facts);
    expect(found.map(({ severity, code }) => `${severity} ${code}`)).toEqual(["warning ISM472"]);
    expect(found[0]?.detail).toContain(
      "what comes by istio-eastwestgateway of east of the requests of route helloworld",
    );
    const both = withCluster("east", () => ({ authorizationPolicies: [byAddress(["10.42.0.3", "10.42.0.4"])] }));
    expect(foundBy("policies/authorization", both)).toEqual([]);
    expect(unseen(both)).toEqual([]);
  });

  it("at the pods that goes by a header is said not to be proven", () => {
    const remote = {
      ...allowNothing,
      rules: [{ from: [{ remoteIpBlocks: ["192.0.2.1"] }], to: [], conditional: false }],
    };
    const facts = withCluster("east", () => ({ authorizationPolicies: [remote] }));
    expect(foundBy("policies/authorization", facts)).toEqual([]);
    expect(unseen(facts)).toEqual([
      "in east an address decides whether requests to sample/helloworld pass, by AuthorizationPolicy sample/nothing, and which address they carry depends on the way there",
    ]);
  });

  it("at the ingress gateway is not blamed for what another policy there may have refused", () => {
    const admin = {
      ...atIngress,
      name: "admin",
      action: "DENY",
      rules: [{ from: [], to: [{ paths: ["/admin"] }], conditional: false }],
    };
    const facts = countedBy({ allowed: 0, denied: 5 });
    const clusters = facts.clusters.map((one) =>
      one.kind === "reached" && one.cluster === "east" ? { ...one, authorizationPolicies: [atIngress, admin] } : one,
    );
    expect(foundBy("policies/authorization", { ...facts, clusters })).toEqual([]);
    expect(unseen({ ...facts, clusters })).toHaveLength(1);
  });

  it("at the ingress gateway is told where all that came was refused", () => {
    const facts = countedBy({ allowed: 0, denied: 12 });
    expect(foundBy("policies/authorization", facts)).toEqual(["warning ISM472 east"]);
    const [found] = findingsOf("policies/authorization", facts);
    expect(found?.detail).toContain("which were all 12 requests since pod istio-ingressgateway-east started");
    expect(found?.fix).toContain("externalTrafficPolicy: Local");
    expect(unseen(facts)).toEqual([]);
  });

  it.each([undefined, { allowed: 0, denied: 0 }, { allowed: 1, denied: 12 }])(
    "there is said not to be proven otherwise (%o)",
    (authorized) => {
      const facts = countedBy(authorized);
      expect(foundBy("policies/authorization", facts)).toEqual([]);
      expect(unseen(facts)).toEqual([
        "in east the address that istio-ingressgateway sees decides whether requests of route helloworld pass, by AuthorizationPolicy istio-system/nothing, and which address that is depends on the way there",
      ]);
    },
  );
});

it("does not say that requests pass where another program decides", () => {
  const custom = { ...allowNothing, action: "CUSTOM", rules: [{ from: [], to: [], conditional: false }] };
  const facts = withCluster("east", () => ({ authorizationPolicies: [custom] }));
  const check = checks.find(({ id }) => id === "policies/authorization");
  expect(check?.run(facts)).toEqual([]);
  expect(check?.unseen?.(facts)).toEqual([
    "in east another program decides for AuthorizationPolicy sample/nothing (CUSTOM)",
  ]);
});

it("takes a policy whose authorizer is missing for what refuses everything, and not for what is undecided", () => {
  const rules = [{ from: [], to: [{ paths: ["/admin"] }], conditional: false }];
  const custom = { ...allowNothing, action: "CUSTOM", provider: { name: "nobody", missing: true as const }, rules };
  const facts = withCluster("east", () => ({ authorizationPolicies: [custom] }));
  const [found] = findingsOf("policies/authorization", facts);
  expect(found).toMatchObject({ severity: "error", code: "ISM472", cluster: "east" });
  expect(found?.detail).toContain(
    "asks authorizer nobody, which istiod's mesh configuration (meshConfig.extensionProviders) does not have",
  );
  expect(checks.find(({ id }) => id === "policies/authorization")?.unseen?.(facts)).toEqual([]);
});

it("finds nothing in a policy for the east-west gateway: istiod puts none into what hands TLS on", () => {
  const everything = [{ from: [], to: [], conditional: false }];
  const selector = { istio: "eastwestgateway" };
  const policy = { ...allowNothing, namespace: "istio-system", name: "shut", selector };
  for (const change of [{ action: "DENY", rules: everything }, {}]) {
    const facts = withCluster("east", () => ({ authorizationPolicies: [{ ...policy, ...change }] }));
    expect(findingsOf("policies/authorization", facts)).toEqual([]);
  }
});
