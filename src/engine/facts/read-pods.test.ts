import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { listRunningPods, readMeshPods, readOtherPods } from "./read-pods.ts";

const { signal } = new AbortController();

const pod = (name: string, namespace: string, labels: object, more: object = {}): never =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: "app" }] },
    status: { phase: "Running" },
    ...more,
  }) as never;

it("keeps istiod, gateways and what the mesh's services select, with what the checks judge", async () => {
  const { server, client } = await connectFake();
  server.put(
    pod(
      "web-1",
      "sample",
      { app: "web", version: "v1" },
      {
        spec: {
          serviceAccountName: "web",
          initContainers: [
            { name: "istio-init", ports: [{ containerPort: 1 }] },
            { name: "istio-proxy", restartPolicy: "Always", ports: [{ name: "metrics", containerPort: 15090 }] },
          ],
          containers: [{ name: "app", ports: [{ name: "http", containerPort: 8080 }] }],
        },
        status: {
          phase: "Running",
          startTime: "2026-11-01T00:00:00Z",
          podIP: "10.42.0.7",
          podIPs: [{ ip: "10.42.0.7" }, { ip: "fd00::7" }],
          conditions: [{ type: "Ready", status: "True" }],
        },
      },
    ),
  );
  server.put(pod("batch-1", "sample", { app: "batch" }));
  server.put(pod("web-2", "other", { app: "web" }));
  server.put(pod("istiod-1", "istio-system", { app: "istiod" }));
  server.put(pod("ingress-1", "istio-system", { istio: "ingressgateway" }));
  server.put(pod("east-west-1", "istio-system", { istio: "eastwestgateway" }));
  server.put(pod("other-1", "istio-system", { app: "kiali" }));
  server.put(pod("web-0", "sample", { app: "web" }, { status: { phase: "Pending" } }));
  const running = await listRunningPods(client, ["istio-system", "sample"], signal);
  const found = readMeshPods(running, [
    { service: "sample/web", selector: { app: "web" } },
    { service: "sample/by-hand", selector: {} },
  ]);
  const others = readOtherPods(running, found);
  expect(others.map((one) => one.name).toSorted()).toEqual(["batch-1", "other-1"]);
  expect(others.find((one) => one.name === "batch-1")).toEqual({
    namespace: "sample",
    name: "batch-1",
    labels: { app: "batch" },
    addresses: [],
    proxy: false,
    hostNetwork: false,
    ports: [],
  });
  expect(found.map((one) => `${one.namespace}/${one.name}`).toSorted()).toEqual([
    "istio-system/east-west-1",
    "istio-system/ingress-1",
    "istio-system/istiod-1",
    "sample/web-1",
  ]);
  expect(found.find((one) => one.name === "web-1")).toEqual({
    namespace: "sample",
    name: "web-1",
    labels: { app: "web", version: "v1" },
    addresses: ["10.42.0.7", "fd00::7"],
    ready: true,
    started: "2026-11-01T00:00:00Z",
    proxy: true,
    init: true,
    hostNetwork: false,
    serviceAccount: "web",
    ports: [
      { name: "http", port: 8080, protocol: "TCP" },
      { name: "metrics", port: 15_090, protocol: "TCP", sidecar: true },
    ],
  });
});

it("reads which ports annotations lead past a sidecar, and which Deployment would have to change", async () => {
  const { server, client } = await connectFake();
  const annotated = (name: string, annotations: object): unknown =>
    server.put(
      pod(
        name,
        "sample",
        {},
        {
          metadata: {
            name,
            namespace: "sample",
            labels: { app: "web", "pod-template-hash": "abc" },
            annotations,
            ownerReferences: [{ kind: "ReplicaSet", name: "web-abc" }],
          },
        },
      ),
    );
  annotated("around", { "traffic.sidecar.istio.io/excludeInboundPorts": "8080,9090" });
  annotated("alone", { "traffic.sidecar.istio.io/includeInboundPorts": "80" });
  annotated("all", { "traffic.sidecar.istio.io/includeInboundPorts": "*" });
  const found = readMeshPods(await listRunningPods(client, ["sample"], signal), [
    { service: "sample/web", selector: { app: "web" } },
  ]);
  expect(Object.fromEntries(found.map(({ name, inbound }) => [name, inbound]))).toEqual({
    around: { exclude: [8080, 9090], deployment: "web" },
    alone: { include: [80], deployment: "web" },
    all: undefined,
  });
});

it("says what has made a pod: a Deployment, another owner, or nobody", async () => {
  const { server, client } = await connectFake();
  const owned = (name: string, labels: object, ownerReferences: readonly object[]): unknown =>
    server.put(
      pod(
        name,
        "sample",
        {},
        { metadata: { name, namespace: "sample", labels: { app: "web", ...labels }, ownerReferences } },
      ),
    );
  owned("deployed", { "pod-template-hash": "abc" }, [{ kind: "ReplicaSet", name: "web-abc", controller: true }]);
  owned("set", {}, [{ kind: "StatefulSet", name: "web", controller: true }]);
  owned("noted", {}, [{ kind: "Node", name: "n1", controller: false }]);
  owned("alone", {}, []);
  const found = readMeshPods(await listRunningPods(client, ["sample"], signal), [
    { service: "sample/web", selector: { app: "web" } },
  ]);
  expect(Object.fromEntries(found.map(({ name, owner }) => [name, owner]))).toEqual({
    deployed: { kind: "Deployment", name: "web" },
    set: { kind: "StatefulSet", name: "web" },
    noted: undefined,
    alone: undefined,
  });
});
