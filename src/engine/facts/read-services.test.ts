import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { ServiceFacts } from "../../core/checks/facts.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { readService } from "./read-services.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "sample";

async function read(objects: readonly WireObject[]): Promise<readonly ServiceFacts[]> {
  const { client } = await wireCluster(objects);
  return Promise.all(twoClusters.services.map(async (service) => readService(client, service, signal)));
}

/** What a Deployment gives a pod whose template asks for no sidecar. */
const refusing = {
  labels: { app: "helloworld", version: "v1", "pod-template-hash": "7b8", "sidecar.istio.io/inject": "false" },
  ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "helloworld-v1-7b8", uid: "1" }],
};

const pod = (
  name: string,
  version: string,
  containers: readonly string[],
  phase = "Running",
  app = "helloworld",
  metadata: object = {},
) =>
  wireObject(
    "Pod",
    { namespace, name, labels: { app, version }, ...metadata },
    { spec: { containers: containers.map((one) => ({ name: one })) }, status: { phase } },
  );

const onHost = (one: WireObject): WireObject => ({ ...one, spec: { ...(one["spec"] as object), hostNetwork: true } });

const kept = { "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" };

const slice = (
  name: string,
  addressType: string,
  addresses: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = kept,
) =>
  wireObject(
    "EndpointSlice",
    { namespace, name, labels: { "kubernetes.io/service-name": "helloworld", ...labels } },
    {
      addressType,
      ports: [{ name: "http", port: 5000 }],
      endpoints: Object.entries(addresses).map(([of, address]) => ({
        addresses: [address],
        conditions: { ready: of !== "v2-a" },
        targetRef: { kind: "Pod", name: of },
      })),
    },
  );

it("reads a service of the mesh file as the cluster has it", async () => {
  const ports = [{ name: "http", port: 5000, targetPort: "web", protocol: "TCP", appProtocol: "http" }];
  const found = await read([
    wireObject(
      "Service",
      { namespace, name: "helloworld", annotations: { "networking.istio.io/exportTo": "., shop" } },
      { spec: { clusterIP: "None", ports, selector: { app: "helloworld" } } },
    ),
    pod("v1-b", "v1", ["app"], "Running", "helloworld", refusing),
    pod("v1-a", "v1", ["app", "istio-proxy"]),
    onHost(pod("v2-a", "v2", ["app"])),
    pod("going", "v1", ["app"], "Running", "helloworld", { deletionTimestamp: "2026-11-01T00:00:00Z" }),
    pod("v2-new", "v2", ["app"], "Pending"),
    pod("other", "v1", ["app"], "Running", "other"),
    slice("s4", "IPv4", { "v1-b": "10.42.0.7", "v1-a": "10.42.0.6", "v2-a": "10.42.0.8" }),
    slice("s6", "IPv6", { "v1-a": "fd00::6" }),
  ]);
  expect(found).toEqual([
    {
      service: "sample/helloworld",
      present: true,
      headless: true,
      exportTo: [".", "shop"],
      ports: [5000],
      selector: { app: "helloworld" },
      servicePorts: ports,
      podsOf: { v1: ["10.42.0.7:5000", "10.42.0.6:5000"], v2: [] },
      alsoAt: { "10.42.0.6:5000": ["[fd00::6]:5000"] },
      endpoints: ["10.42.0.6:5000", "10.42.0.7:5000", "[fd00::6]:5000"],
      withoutSidecar: ["v1-b", "v2-a"],
      refusesSidecar: [{ pod: "v1-b", deployment: "helloworld-v1" }],
      bare: [
        { pod: "v1-b", deployment: "helloworld-v1" },
        { pod: "v2-a", hostNetwork: true },
      ],
      // The Deployment of the other one is not there to be asked.
      workloads: [
        { version: "v1", kind: "Pod", name: "v1-a", pods: ["v1-a"], own: false, written: { by: "", at: "" } },
      ],
    },
  ]);
});

it("reads that it is not there", async () => {
  expect(await read([pod("v1-a", "v1", ["app"])])).toEqual([
    {
      service: "sample/helloworld",
      present: false,
      headless: false,
      ports: [],
      selector: {},
      servicePorts: [],
      podsOf: { v1: [], v2: [] },
      alsoAt: {},
      endpoints: [],
      withoutSidecar: [],
    },
  ]);
});

it("reads to what name outside it leads", async () => {
  const service = wireObject(
    "Service",
    { namespace, name: "helloworld" },
    { spec: { type: "ExternalName", externalName: "web.team.example", ports: [{ name: "http", port: 5000 }] } },
  );
  expect(await read([service])).toMatchObject([{ present: true, headless: false, externalName: "web.team.example" }]);
});

it("reads which EndpointSlices Kubernetes' controller does not keep, where a Service has a selector", async () => {
  const [ours, theirs] = [
    slice("ours", "IPv4", { "v1-a": "10.42.0.6" }),
    slice("theirs", "IPv4", { "": "192.0.2.7" }, {}),
  ];
  const ports = [{ name: "http", port: 5000, targetPort: 5000, protocol: "TCP" }];
  const service = (selector?: object): WireObject =>
    wireObject(
      "Service",
      { namespace, name: "helloworld" },
      { spec: { ports, ...(selector === undefined ? {} : { selector }) } },
    );
  const [found] = await read([service({ app: "helloworld" }), ours, theirs]);
  expect(found?.foreignSlices).toEqual([
    { name: "theirs", endpoints: ["192.0.2.7:5000"], written: { by: "", at: "" } },
  ]);
  const [free] = await read([service(), ours, theirs]);
  expect(free?.foreignSlices).toBeUndefined();
  expect([found?.abandonedSlices, free?.abandonedSlices]).toEqual([undefined, ["ours"]]);
});

it("reads that calls stay on their node", async () => {
  const spec = { selector: { app: "helloworld" }, ports: [], internalTrafficPolicy: "Local" };
  const [found] = await read([wireObject("Service", { namespace, name: "helloworld" }, { spec })]);
  expect(found?.nodeLocal).toBe(true);
});
