import { expect, it } from "vitest";
import type { RefusedWrite } from "../../plan/plan.ts";
import { ingressGateway } from "../../render/names.ts";
import { changeCluster, reachedIn, withCompared, withIstiod } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { healthyShop } from "../../testing/faults/shop.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster, withIstiodPods } from "../../testing/healthy-facts.ts";
import type { MeshConfigFacts } from "../control-plane-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { checks } from "../list.ts";
import type { ProxySyncFacts } from "../pod-facts.ts";
import type { WriteHookFacts } from "../webhook-facts.ts";

function withHook(change: Partial<WriteHookFacts>): MeshFacts {
  const hook = {
    name: "routes.guard.example",
    kind: "ValidatingWebhookConfiguration",
    configuration: "guard",
    place: 0,
    service: "guard/guard",
  } as const;
  return withCluster("east", () => ({ writeHooks: [{ ...hook, ...change }] }));
}

/** East refuses a write that would change nothing. */
function withRefused(refused: Pick<RefusedWrite, "says" | "pod">): MeshFacts {
  const id = { group: "apps", kind: "Deployment", namespace: "sample", name: "helloworld-v1" };
  return withCompared({ refusedWrites: [{ id, ...refused }] });
}

function changeServices(facts: MeshFacts, change: Partial<ReachedCluster["services"][number]>): MeshFacts {
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached" ? { ...one, services: one.services.map((each) => ({ ...each, ...change })) } : one,
  );
  return { ...facts, clusters };
}

function shopWithMeshConfig(change: Partial<MeshConfigFacts>): MeshFacts {
  return withMeshConfig(change, healthyShop());
}

/** Both clusters say how istiod is configured; this is how that of east differs. */
function withMeshConfig(change: Partial<MeshConfigFacts>, facts: MeshFacts = healthyFacts()): MeshFacts {
  const usual: MeshConfigFacts = {
    name: "istio",
    discoverySelectors: [],
    exportTo: {},
    trustDomain: "cluster.local",
    trustDomainAliases: [],
    authorizers: [],
  };
  const clusters = facts.clusters.map((one) =>
    one.kind === "reached"
      ? { ...one, istiod: { ...one.istiod, meshConfig: one.cluster === "east" ? { ...usual, ...change } : usual } }
      : one,
  );
  return { ...facts, clusters };
}

function withProxies(change: (proxy: ProxySyncFacts) => Partial<ProxySyncFacts>): MeshFacts {
  return withIstiodPods("east", ({ proxies }) => ({ proxies: proxies.map((one) => ({ ...one, ...change(one) })) }));
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
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
  [
    "control-plane/validation",
    "no webhook for objects without a revision",
    withIstiod({ validation: { webhooks: ["istio-validator-istio-system"], seesUnlabelled: false } }),
    ["warning ISM469 east"],
  ],
  [
    "control-plane/proxies-accept",
    "one finding for proxies that refuse the same",
    withProxies(() => ({ refused: [{ kind: "routes", words: "invalid regex" }] })),
    ["error ISM466 east"],
  ],
  [
    "control-plane/proxies-accept",
    "nothing where a proxy that came back has taken everything",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: [
        ...proxies.map((proxy) => ({ ...proxy, refused: [{ kind: "routes", words: "invalid regex" }] })),
        ...proxies,
      ],
    })),
    [],
  ],
  [
    "control-plane/proxies-current",
    "a proxy that does not acknowledge",
    withProxies(({ name }) => (name.startsWith(ingressGateway) ? { behind: ["routes"] } : {})),
    ["error ISM467 east"],
  ],
  [
    "control-plane/proxies-current",
    "nothing for the connection of a pod that is gone",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: [...proxies, { namespace: "sample", name: "gone", refused: [], behind: ["endpoints"] }],
    })),
    [],
  ],
  [
    "control-plane/proxies-connected",
    "a gateway that no istiod knows",
    withIstiodPods("east", ({ proxies }) => ({
      proxies: proxies.filter(({ name }) => !name.startsWith(ingressGateway)),
    })),
    ["error ISM468 east"],
  ],
  [
    "control-plane/proxies-connected",
    "one thing where all have lost an istiod that answers",
    withIstiodPods("east", () => ({ proxies: [] })),
    ["error ISM468 east"],
  ],
  [
    "control-plane/proxies-connected",
    "nothing where an istiod does not say whom it has",
    withIstiodPods("east", () => ({ problem: "no answer within 10 s", proxies: [] })),
    [],
  ],
  ["control-plane/webhook", "no webhook", withIstiod({ webhook: false }), ["error ISM423 east"]],
  [
    "control-plane/new-sidecars",
    "a pod that is let in without one",
    withCompared({ bareTrials: [{ id: { group: "apps", kind: "Deployment", namespace: "sample", name: "a" } }] }),
    ["error ISM782 east"],
  ],
  [
    "control-plane/new-sidecars",
    "one that somebody's policy labels on its way",
    withCompared({
      bareTrials: [{ id: { group: "apps", kind: "Deployment", namespace: "sample", name: "a" }, refusal: true }],
    }),
    ["error ISM782 east"],
  ],
  [
    "control-plane/new-sidecars",
    "nothing in a namespace that asks for none",
    withCompared({ bareTrials: [{ id: { group: "apps", kind: "Deployment", namespace: "istio-system", name: "a" } }] }),
    [],
  ],
  [
    "control-plane/controller-hooks",
    "one of EndpointSlices whose Service is gone",
    withHook({ holds: ["endpoints"], dead: "no-service" }),
    ["error ISM783 east"],
  ],
  [
    "control-plane/controller-hooks",
    "one of everything, which is one cause with what it does to routes",
    withHook({ holds: ["routes", "endpoints", "leases"], dead: "no-endpoints" }),
    ["error ISM783 east"],
  ],
  ["control-plane/controller-hooks", "nothing in one that may answer", withHook({ holds: ["leases"] }), []],
  ["control-plane/controller-hooks", "nothing in one of routes alone", withHook({ dead: "no-service" }), []],
  [
    "control-plane/write-hooks",
    "a webhook whose Service is gone",
    withHook({ dead: "no-service" }),
    ["error ISM593 east"],
  ],
  ["control-plane/write-hooks", "one without endpoints", withHook({ dead: "no-endpoints" }), ["error ISM593 east"]],
  ["control-plane/write-hooks", "nothing in one that may answer", withHook({}), []],
  [
    "control-plane/write-hooks",
    "one of which the API server says that it does not answer",
    changeCluster(withHook({}), {
      drift: {
        kind: "compared",
        applied: true,
        objects: [],
        unknown: [
          {
            object: "VirtualService sample/helloworld",
            reason: 'failed calling webhook "routes.guard.example": refused',
          },
        ],
      },
    }),
    ["error ISM593 east"],
  ],
  [
    "control-plane/writes",
    "a policy that refuses every write of a route",
    withRefused({ says: "ValidatingAdmissionPolicy 'freeze' with binding 'freeze' denied request: until Monday" }),
    ["warning ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook that refuses a pod which was tried, as a warning while no pod is missing",
    withRefused({ pod: true, says: 'admission webhook "pods.example" denied the request: no' }),
    ["warning ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook that refuses new pods where one is missing",
    withCluster("east", () => ({
      ...reachedIn(withRefused({ pod: true, says: 'admission webhook "pods.example" denied the request: no' })),
      hindered: [{ kind: "Deployment", namespace: "sample", name: "helloworld-v1", words: "no" }],
    })),
    ["error ISM758 east"],
  ],
  [
    "control-plane/writes",
    "a webhook for Services that does not answer",
    withRefused({ says: 'failed calling webhook "services.example": context deadline exceeded' }),
    ["error ISM758 east"],
  ],
  [
    "control-plane/writes",
    "one thing where the API server reaches none of istiod's webhooks",
    withCompared({
      refusedWrites: ["rev.validation", "namespace.sidecar-injector"].map((name) => ({
        id: { group: "apps", kind: "Deployment", namespace: "sample", name: "helloworld-v1" },
        ...(name.startsWith("rev") ? {} : { pod: true as const }),
        says: `failed calling webhook "${name}.istio.io": context deadline exceeded`,
      })),
    }),
    ["error ISM759 east"],
  ],
  [
    "control-plane/mesh-config",
    "selectors that leave a namespace of the mesh out",
    withMeshConfig({ discoverySelectors: [{ matchLabels: { mesh: "yes" }, matchExpressions: [] }] }),
    ["error ISM623 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing in selectors that take all of them, one by one",
    withMeshConfig({
      discoverySelectors: [
        { matchLabels: { "istio-injection": "enabled" }, matchExpressions: [] },
        { matchLabels: { "kubernetes.io/metadata.name": "istio-system" }, matchExpressions: [] },
      ],
    }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "Services that are told to their own namespace",
    withMeshConfig({ exportTo: { services: ["."] } }),
    ["error ISM624 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing in Services that are told to all namespaces of the mesh",
    withMeshConfig({ exportTo: { services: ["istio-system", "sample"], destinationRules: [".", "istio-system"] } }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "callers of another namespace that are not told, as a warning",
    shopWithMeshConfig({ exportTo: { services: ["istio-system", "."] } }),
    ["warning ISM624 east"],
  ],
  [
    "control-plane/mesh-config",
    "nothing where the Services say it themselves",
    changeServices(withMeshConfig({ exportTo: { services: ["."] } }), { exportTo: ["*"] }),
    [],
  ],
  [
    "control-plane/mesh-config",
    "another trust domain, of which each side knows nothing",
    withMeshConfig({ trustDomain: "corp.example" }),
    ["error ISM625 west", "error ISM625 east"],
  ],
  [
    "control-plane/mesh-config",
    "one side that does not take the other",
    withMeshConfig({ trustDomain: "corp.example", trustDomainAliases: ["cluster.local"] }),
    ["error ISM625 west"],
  ],
  ["control-plane/mesh-config", "nothing in what all clusters have", withMeshConfig({}), []],
  [
    "control-plane/istiod-rights",
    "an account that may not watch Gateways",
    withCluster("east", () => ({
      istiodRights: { account: "istiod", lacks: [{ resource: "gateways.networking.istio.io", verbs: ["watch"] }] },
    })),
    ["error ISM724 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("control-plane", table), "each of these needs one").toEqual([]);
});

it("takes for the cause of refused pods what a namespace asks for, whoever makes them", () => {
  const says = 'pods "helloworld-v1-trial" is forbidden: failed quota: team: must specify limits.cpu for: helloworld';
  const [found] = findingsOf("control-plane/writes", withRefused({ pod: true, says }));
  expect(found).toMatchObject({ severity: "error", code: "ISM758", cluster: "east" });
  expect(found?.detail).toContain("must specify limits.cpu for: helloworld");
  expect(found?.detail).not.toContain("as the account of");
  expect(found?.fix).toContain("-n sample get resourcequotas,limitranges,serviceaccounts");
});

it("says of which writes nothing is known: of what could not be tried, and of what nobody tried", () => {
  const unseenOf = (facts: MeshFacts): unknown =>
    checks.find(({ id }) => id === "control-plane/writes")?.unseen?.(facts);
  expect(unseenOf(withCompared({ triedWrites: { pods: ["sample"], unknown: [] } }))).toEqual([]);
  expect(unseenOf(withCompared({}))).toEqual(["no write was tried in east"]);
  const unknown = ["VirtualService", "Service"].map((kind) => ({ write: `${kind} in sample`, reason: "forbidden" }));
  expect(unseenOf(withCompared({ triedWrites: { pods: [], unknown } }))).toEqual([
    "east: VirtualService in sample and 1 more: forbidden",
    "pods in sample of east: none was tried",
  ]);
  const { drift } = reachedIn(withCompared({ triedWrites: { pods: [], unknown: [] } }));
  const withSelector = (selector: Readonly<Record<string, string>>): MeshFacts =>
    withCluster("east", ({ services }) => ({
      ...(drift === undefined ? {} : { drift }),
      services: services.map((one) => ({ ...one, selector })),
    }));
  expect(unseenOf(withSelector({}))).toEqual([]);
  expect(unseenOf(withSelector({ app: "helloworld" }))).toEqual(["pods in sample of east: none was tried"]);
});

it("says as whom a pod was tried that is refused", () => {
  const says = 'admission webhook "pods.example" denied the request: no';
  const [found] = findingsOf("control-plane/writes", withRefused({ pod: true, says }));
  expect(found?.detail).toContain("tried as the account of context isthmus-east");
  expect(found?.fix).toContain("Nothing where it lets in the pods of Kubernetes' own controllers.");
});

it("takes an address of a Service that nothing leads on for what kube-proxy lacks", () => {
  const says = (address: string): string =>
    `failed calling webhook "validation.istio.io": failed to call webhook: Post "https://istiod.istio-system.svc:443/validate": dial tcp ${address}: connect: no route to host`;
  const [found] = findingsOf("control-plane/writes", withRefused({ says: says("10.43.0.9:443") }));
  expect(found?.code).toBe("ISM759");
  expect(found?.detail).toContain("no rule of kube-proxy");
  expect(found?.fix).toContain("kube-proxy");
  const [other] = findingsOf("control-plane/writes", withRefused({ says: says("10.42.0.9:15017") }));
  expect(other?.fix).not.toContain("kube-proxy");
});
