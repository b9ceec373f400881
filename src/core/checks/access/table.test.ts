import { expect, it } from "vitest";
import { hindered, withoutEast } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { healthyFacts, withCluster } from "../../testing/healthy-facts.ts";
import type { ControllerFacts } from "../controller-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { HinderedWorkload } from "../hindrance-facts.ts";
import { checks } from "../list.ts";

function withControllers(change: Partial<ControllerFacts>): MeshFacts {
  const none = { leases: [], endpointsOfNobody: [], unseenDeployments: [], unscheduledPods: [] };
  return withCluster("east", () => ({ controllers: { ...none, ...change } }));
}

function leaseOf(name: string, silent: number): ControllerFacts["leases"][number] {
  return { name, holder: "node-1_a", renewed: "2026-11-23T05:00:00Z", silent };
}

/** The node of east is silent about a pod's log. */
function withUnanswered(ready: boolean, kubeletAnswers: boolean): MeshFacts {
  const unanswered = { pod: "istio-system/istiod-east", log: "silent" as const, kubeletAnswers };
  return withCluster("east", ({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, ready, unanswered })) }));
}

/** Somebody has deleted a namespace of east. */
function withDeletion(name: string, waitsFor: string): MeshFacts {
  const deletion = { since: "2026-01-01T00:00:00Z", waitsFor };
  return withCluster("east", ({ namespaces }) => ({
    namespaces: [...namespaces, { name, labels: {}, injected: true, roots: [], deletion }],
  }));
}

const guard: NonNullable<HinderedWorkload["webhook"]> = {
  name: "a",
  kind: "ValidatingWebhookConfiguration",
  configuration: "guard",
  place: 0,
  answers: false,
};

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  ["access/clusters-answer", "a cluster that does not answer", withoutEast(), ["error ISM255 east"]],
  [
    "access/distinct-clusters",
    "one API server under two names",
    withCluster("east", ({ system }) => ({ system: { ...system, uid: "uid-of-west" } })),
    ["error ISM492 east→west"],
  ],
  [
    "access/distinct-clusters",
    "nothing where the UIDs are not known",
    {
      ...healthyFacts(),
      clusters: healthyFacts().clusters.map((one) =>
        one.kind === "reached" ? { ...one, system: { ...one.system, uid: "" } } : one,
      ),
    },
    [],
  ],
  [
    "access/runtimes-answer",
    "a ready node that does not even hand out a log",
    withUnanswered(true, false),
    ["error ISM764 east"],
  ],
  [
    "access/runtimes-answer",
    "a node that is not ready, whose kubelet answers",
    withUnanswered(false, true),
    ["error ISM764 east"],
  ],
  ["access/runtimes-answer", "nothing where a node that is not ready is silent", withUnanswered(false, false), []],
  [
    "access/nodes-ready",
    "no ready node",
    withCluster("east", (one) => ({ nodes: one.nodes.map((node) => ({ ...node, ready: false })) })),
    ["error ISM411 east"],
  ],
  [
    "access/storage",
    "Leases that stand still",
    withCluster("east", () => ({
      storage: { state: "still", newest: "2026-11-23T05:00:00.000000Z", watchedSeconds: 25 },
    })),
    ["error ISM768 east"],
  ],
  ["access/storage", "nothing in Leases that move", healthyFacts(), []],
  [
    "access/controllers",
    "an endpoint whose pod is gone",
    withControllers({
      endpointsOfNobody: [{ service: "sample/helloworld", pod: "helloworld-v2-a", address: "10.42.0.9" }],
    }),
    ["error ISM591 east"],
  ],
  [
    "access/controllers",
    "a Deployment that nobody has seen, and a Lease that nobody renews, as one",
    withControllers({
      unseenDeployments: [{ namespace: "sample", name: "helloworld-v2", seconds: 40 }],
      leases: [leaseOf("kube-controller-manager", 300)],
    }),
    ["error ISM591 east"],
  ],
  [
    "access/controllers",
    "Leases that nobody renews, while nothing is left undone",
    withControllers({ leases: [leaseOf("kube-controller-manager", 61), leaseOf("kube-scheduler", 300)] }),
    ["warning ISM591 east", "warning ISM592 east"],
  ],
  [
    "access/controllers",
    "nothing in a Lease that was renewed, nor in one that is left over from another way of running them",
    withControllers({ leases: [leaseOf("kube-scheduler", 59), leaseOf("kube-controller-manager", 90_000)] }),
    [],
  ],
  [
    "access/controllers",
    "a pod that no scheduler has seen",
    withControllers({ unscheduledPods: [{ namespace: "shop", name: "web-1", seconds: 25 }] }),
    ["error ISM592 east"],
  ],
  [
    "access/kube-proxies",
    "one that stands still",
    withCluster("east", ({ system }) => ({ system: { ...system, kubeProxies: [{ node: "a", state: "silent" }] } })),
    ["error ISM762 east"],
  ],
  [
    "access/kube-proxies",
    "one thing, and no error, where nothing tells those that stand still from a firewall",
    withCluster("east", ({ system }) => ({
      system: {
        ...system,
        kubeProxies: [
          { node: "a", state: "unheard" },
          { node: "b", state: "unheard" },
        ],
      },
    })),
    ["warning ISM763 east"],
  ],
  ["access/namespaces-stay", "a namespace that goes", withDeletion("shop", ""), ["error ISM760 east"]],
  [
    "access/namespaces-stay",
    "one that waits for what nobody takes away",
    withDeletion(
      "shop",
      "Some content in the namespace has finalizers remaining: team.example/hold in 1 resource instances",
    ),
    ["error ISM760 east"],
  ],
  [
    "access/pods-start",
    "one finding for all that wait for a node",
    withCluster("east", (one) => ({
      nodes: one.nodes.map((node) => ({ ...node, cordoned: true })),
      hindered: [
        hindered("pod web-1: no node takes the pod: 0/1 nodes are available: 1 node(s) were unschedulable."),
        { ...hindered("pod b: no node takes the pod: 0/1 nodes are available: 1 were unschedulable."), name: "other" },
      ],
    })),
    ["error ISM596 east"],
  ],
  [
    "access/pods-start",
    "a webhook that does not answer",
    withCluster("east", () => ({ hindered: [hindered('failed calling webhook "a"', guard)] })),
    ["error ISM595 east"],
  ],
  [
    "access/pods-start",
    "a limit of the namespace",
    withCluster("east", () => ({ hindered: [hindered("pods cannot be created: maximum cpu usage is 1")] })),
    ["error ISM595 east"],
  ],
  [
    "access/pods-start",
    "an image that cannot be pulled",
    withCluster("east", () => ({ hindered: [hindered("pod web-1: container web: ImagePullBackOff")] })),
    ["error ISM597 east"],
  ],
  [
    "access/pods-start",
    "nothing in a crash, nor in an injector that does not answer",
    withCluster("east", () => ({
      hindered: [
        hindered("pod web-1: container web: CrashLoopBackOff"),
        hindered("failed calling webhook", { ...guard, name: "namespace.sidecar-injector.istio.io" }),
      ],
    })),
    [],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("access", table), "each of these needs one").toEqual([]);
});

it("says of which nodes' kube-proxies nothing is known", () => {
  const facts = withCluster("east", ({ nodes, system }) => ({
    nodes: ["a", "b", "c", "d"].flatMap((name) => nodes.map((node) => ({ ...node, name }))),
    system: {
      ...system,
      kubeProxies: [
        { node: "a", state: "follows" },
        { node: "b", state: "unknown", why: "no rights" },
      ],
    },
  }));
  expect(checks.find(({ id }) => id === "access/kube-proxies")?.unseen?.(facts)).toEqual([
    "kube-proxy of node b of east: no rights",
    "kube-proxy of node c and 1 more of east: not asked, as only a few ready ones are",
  ]);
});

it("wonders about a node without kube-proxy where others have one, and not where none has", () => {
  const unseenWith = (state: "follows" | "none"): readonly string[] | undefined =>
    checks
      .find(({ id }) => id === "access/kube-proxies")
      ?.unseen?.(
        withCluster("east", ({ nodes, system }) => ({
          nodes: ["a", "b"].flatMap((name) => nodes.map((node) => ({ ...node, name }))),
          system: {
            ...system,
            kubeProxies: [
              { node: "a", state },
              { node: "b", state: "none" },
            ],
          },
        })),
      );
  expect(unseenWith("none")).toEqual([]);
  expect(unseenWith("follows")).toEqual([
    "kube-proxy of node b of east: nothing listens at its port 10256, where it does on other nodes",
  ]);
});

it("says the unit that a distribution has, and which nodes could not be asked", () => {
  const fixOf = (kubernetesVersion: string) => {
    const { clusters, ...facts } = withUnanswered(true, true);
    const of = clusters.map((one) => (one.kind === "reached" ? { ...one, kubernetesVersion } : one));
    return findingsOf("access/runtimes-answer", { ...facts, clusters: of })[0]?.fix;
  };
  expect(fixOf("v1.36.3+rke2r1")).toContain("rke2-agent");
  expect(fixOf("v1.36.3+k3s1")).toContain("k3s-agent");
  expect(fixOf("v1.36.3")).toContain("containerd or crio");
  const unanswered = {
    pod: "istio-system/istiod-east",
    log: "unknown" as const,
    why: "forbidden",
    kubeletAnswers: false,
  };
  const facts = withCluster("east", ({ nodes }) => ({ nodes: nodes.map((node) => ({ ...node, unanswered })) }));
  expect(foundBy("access/runtimes-answer", facts)).toEqual([]);
  expect(checks.find(({ id }) => id === "access/runtimes-answer")?.unseen?.(facts)[0]).toContain("does not: forbidden");
});

it("says no word of a cluster's storage that it could not watch", () => {
  const storage = checks.find(({ id }) => id === "access/storage");
  const unseen = (change: Partial<ReachedCluster>) => storage?.unseen?.(withCluster("east", () => change));
  const none = { storage: undefined } as unknown as Partial<ReachedCluster>;
  expect(unseen(none)).toEqual([
    "whether east stores what it is told: no API server has a Lease in kube-system, and none of others there moves",
  ]);
  expect(unseen({ ...none, kubernetesVersion: "v1.25.16" })).toEqual([
    "whether east stores what it is told: API servers of Kubernetes 1.25 have no Lease, and no controller renews one in kube-system",
  ]);
  expect(unseen({ ...none, unread: [{ part: "storage", why: "forbidden" }] })).toEqual([]);
  expect(unseen({ storage: { state: "unwatched", watchedSeconds: 8 } })).toEqual([
    "whether east stores what it is told: no Lease of kube-system is new by this machine's clock, and --cluster-timeout leaves 8 s to watch them, in which none moved: it has to be longer",
  ]);
  expect(unseen({ storage: { state: "stores" } })).toEqual([]);
});
