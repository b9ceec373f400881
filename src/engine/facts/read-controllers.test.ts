import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { readControllers } from "./read-controllers.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

/** This machine's clock is minutes ahead of the cluster's. */
const now = new Date("2026-11-23T05:06:00Z");

function lease(name: string, renewTime: string): ReturnType<typeof wireObject> {
  return wireObject("Lease", { namespace: "kube-system", name }, { spec: { holderIdentity: `${name}-1`, renewTime } });
}

function slice(
  name: string,
  labels: Readonly<Record<string, string>>,
  pods: readonly string[],
): ReturnType<typeof wireObject> {
  return wireObject(
    "EndpointSlice",
    { namespace: "sample", name, labels: { "kubernetes.io/service-name": "helloworld", ...labels } },
    {
      ports: [{ port: 5000 }],
      endpoints: pods.map((pod, index) => ({
        addresses: [`10.42.0.${index + 1}`],
        conditions: { ready: pod !== "leaving" },
        targetRef: { kind: "Pod", name: pod },
      })),
    },
  );
}

function deployment(name: string, changed: string, observedGeneration: number): ReturnType<typeof wireObject> {
  const managedFields = [
    { manager: "kubectl", time: changed },
    { manager: "kube-controller-manager", subresource: "status", time: "2026-11-23T05:00:59Z" },
  ];
  return wireObject(
    "Deployment",
    { namespace: "sample", name, generation: 2, managedFields },
    { status: { observedGeneration } },
  );
}

function pod(
  name: string,
  created: string,
  rest: Readonly<Record<string, unknown>> = {},
): ReturnType<typeof wireObject> {
  return wireObject("Pod", { namespace: "sample", name, creationTimestamp: created }, rest);
}

it("names what controllers and the scheduler have left undone for long, and how long nobody has renewed their Leases", async () => {
  const { client } = await wireCluster(
    [
      lease("kube-controller-manager", "2026-11-23T04:56:00Z"),
      lease("kube-scheduler", "2026-11-23T05:00:58Z"),
      lease("apiserver-x", "2026-11-23T05:01:00Z"),
      wireObject(
        "Service",
        { namespace: "sample", name: "helloworld" },
        { spec: { selector: { app: "helloworld" }, ports: [{ port: 5000 }] } },
      ),
      slice("a", { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" }, [
        "here",
        "gone",
        "leaving",
      ]),
      slice("by-hand", {}, ["anything"]),
      pod("here", "2026-11-23T04:00:00Z", { spec: { nodeName: "a" } }),
      pod("waits", "2026-11-23T05:00:00Z"),
      pod("just-made", "2026-11-23T05:00:50Z"),
      pod("is-told-why", "2026-11-23T05:00:00Z", {
        status: { conditions: [{ type: "PodScheduled", status: "False" }] },
      }),
      pod("is-anothers", "2026-11-23T05:00:00Z", { spec: { schedulerName: "volcano" } }),
      pod("is-held", "2026-11-23T05:00:00Z", { spec: { schedulingGates: [{ name: "quota" }] } }),
      deployment("unseen", "2026-11-23T05:00:30Z", 1),
      deployment("just-changed", "2026-11-23T05:00:55Z", 1),
      deployment("seen", "2026-11-23T04:00:00Z", 2),
    ],
    { kinds: [{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", plural: "leases", namespaced: true }] },
  );
  expect(await readControllers(client, twoClusters.services, now, signal)).toEqual({
    leases: [
      {
        name: "kube-controller-manager",
        holder: "kube-controller-manager-1",
        renewed: "2026-11-23T04:56:00Z",
        silent: 300,
      },
      { name: "kube-scheduler", holder: "kube-scheduler-1", renewed: "2026-11-23T05:00:58Z", silent: 2 },
    ],
    endpointsOfNobody: [{ service: "sample/helloworld", pod: "gone", address: "10.42.0.2" }],
    unseenDeployments: [{ namespace: "sample", name: "unseen", seconds: 30 }],
    unscheduledPods: [{ namespace: "sample", name: "waits", seconds: 60 }],
  });
});

it("asks once more for a pod of an endpoint that the list of pods does not have", async () => {
  const { client } = await wireCluster([
    wireObject(
      "Service",
      { namespace: "sample", name: "helloworld" },
      { spec: { selector: { app: "helloworld" }, ports: [{ port: 5000 }] } },
    ),
    slice("a", { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" }, ["just-began"]),
    pod("just-began", "2026-11-23T05:00:59Z", { spec: { nodeName: "a" } }),
  ]);
  // The list of pods was read before the pod was there.
  const early: typeof client = {
    ...client,
    list: async (query, options) =>
      query.kind === "Pod" && query.fieldSelector === undefined ? [] : client.list(query, options),
  };
  const { endpointsOfNobody } = await readControllers(early, twoClusters.services, now, signal);
  expect(endpointsOfNobody).toEqual([]);
});

it("waits longer by this machine's clock, where the cluster does not tell its own", async () => {
  const { client } = await wireCluster([
    deployment("a-minute-ago", "2026-11-23T05:05:00Z", 1),
    deployment("long-ago", "2026-11-23T05:03:00Z", 1),
  ]);
  const { unseenDeployments } = await readControllers(client, twoClusters.services, now, signal);
  expect(unseenDeployments).toEqual([{ namespace: "sample", name: "long-ago", seconds: 180 }]);
});

it("leaves the endpoints of a Service without a selector to whoever writes them", async () => {
  const { client } = await wireCluster([
    wireObject("Service", { namespace: "sample", name: "helloworld" }, { spec: { ports: [{ port: 5000 }] } }),
    slice("a", { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" }, ["gone"]),
  ]);
  expect(await readControllers(client, twoClusters.services, now, signal)).toMatchObject({ endpointsOfNobody: [] });
});
