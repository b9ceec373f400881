import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { issueRoot } from "../../pki/certificate-authority.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { injectionOf, readInstalledIstio } from "./installed-istio.ts";

const { signal } = new AbortController();
const namespace = "istio-system";

function istiod(name: string, labels: Readonly<Record<string, string>>, image: string): KubeObject {
  const template = { spec: { containers: [{ name: "discovery", image }] } };
  const metadata = { name, namespace, labels: { app: "istiod", ...labels } };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { template } };
}

function deploymentOf(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace, labels } };
}

function configMap(name: string, data: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data };
}

function gateway(name: string, labels: Readonly<Record<string, string>>): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels },
    spec: { selector: { istio: name.slice("istio-".length) } },
  };
}

it("finds a control plane with a revision by its labels, with its tags, its values and the gateways", async () => {
  const { server, client } = await connectFake();
  const root = await issueRoot("theirs", new Date());
  const global = { meshID: "prod", network: "west-net", multiCluster: { clusterName: "west" } };
  const namespaces = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels: { "istio.io/rev": "prod" } } },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "old", labels: { "istio-injection": "enabled" } } },
  ];
  for (const object of [
    istiod("istiod-1-31", { "istio.io/rev": "1-31", "helm.sh/chart": "istiod-1.31.0" }, "docker.io/istio/pilot:1.31.0"),
    configMap("istio-1-31", {
      mesh: "defaultConfig: {}\nrootNamespace: mesh-root\ntrustDomain: corp.example\nserviceSettings:\n- settings: { clusterLocal: true }\n  hosts: [web.shop.svc.cluster.local]\n- hosts: [other.shop.svc.cluster.local]\n",
    }),
    configMap("istio-sidecar-injector-1-31", { values: JSON.stringify({ global }) }),
    configMap("istio-ca-root-cert", { "root-cert.pem": root.certificate }),
    ...["prod", "default"].map((tag) => ({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: { name: `istio-revision-tag-${tag}`, labels: { "istio.io/tag": tag, "istio.io/rev": "1-31" } },
    })),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "istio-reader-service-account", namespace } },
    gateway("istio-eastwestgateway", { "topology.istio.io/network": "west-net" }),
    gateway("istio-ingressgateway", {}),
    deploymentOf("istio-eastwestgateway", {}),
  ]) {
    server.put(object);
  }
  expect(await readInstalledIstio(client, { cluster: {}, namespaces }, signal)).toEqual({
    controlPlanes: [
      {
        namespace,
        name: "istiod-1-31",
        revision: "1-31",
        tags: ["prod"],
        version: "1.31.0",
        tool: "helm",
        values: { meshID: "prod", network: "west-net", clusterName: "west" },
        trustDomain: "corp.example",
        rootNamespace: "mesh-root",
        clusterLocal: [
          { host: "web.shop.svc.cluster.local", local: true },
          { host: "other.shop.svc.cluster.local", local: false },
        ],
        own: false,
      },
    ],
    gateways: [
      {
        namespace,
        name: "istio-eastwestgateway",
        network: "west-net",
        selector: { istio: "eastwestgateway" },
      },
      { namespace, name: "istio-ingressgateway", selector: { istio: "ingressgateway" } },
    ],
    eastWestDeployment: true,
    readerAccount: true,
    roots: [expect.stringMatching(/^[0-9A-F]{2}(:[0-9A-F]{2}){31}$/)],
    injection: { shop: { revision: "prod" }, old: { injection: "enabled" } },
  });
});

it("takes values that nothing says for not set, and a gateway of isthmus for none of theirs", async () => {
  const { server, client } = await connectFake();
  const own = { "topology.istio.io/network": "west-net", "isthmus.dev/mesh": "prod" };
  const labels = { "istio.io/rev": "default", "install.operator.istio.io/owning-resource": "installed-state" };
  for (const object of [
    istiod("istiod", labels, "registry.example/pilot:latest"),
    configMap("istio-sidecar-injector", { values: "{{ not JSON" }),
    gateway("istio-eastwestgateway", own),
    deploymentOf("istio-eastwestgateway", own),
  ]) {
    server.put(object);
  }
  const found = await readInstalledIstio(client, { cluster: {}, namespaces: [] }, signal);
  expect(found.gateways).toEqual([]);
  expect(found.eastWestDeployment).toBe(false);
  expect(found.readerAccount).toBe(false);
  expect(found.roots).toEqual([]);
  expect(found.controlPlanes).toMatchObject([
    {
      name: "istiod",
      revision: "default",
      version: "",
      tool: "istioctl",
      values: {},
      trustDomain: "cluster.local",
      clusterLocal: [],
    },
  ]);
});

it("finds an east-west gateway by its name where it has no label, and the releases that Helm names", async () => {
  const { server, client } = await connectFake();
  const annotations = { "meta.helm.sh/release-name": "my-istiod", "meta.helm.sh/release-namespace": "releases" };
  const helms = istiod("istiod", { "helm.sh/chart": "istiod-1.31.0" }, "docker.io/istio/pilot:1.31.0");
  const eastWest = gateway("istio-eastwestgateway", {});
  server.put({ ...helms, metadata: { ...helms.metadata, annotations } });
  server.put({
    ...eastWest,
    metadata: { ...eastWest.metadata, annotations: { "meta.helm.sh/release-name": "gateway" } },
  });
  const found = await readInstalledIstio(client, { cluster: {}, namespaces: [] }, signal);
  expect(found.controlPlanes).toMatchObject([{ tool: "helm", release: { name: "my-istiod", namespace: "releases" } }]);
  expect(found.gateways).toEqual([
    {
      namespace,
      name: "istio-eastwestgateway",
      release: { name: "gateway", namespace },
      selector: { istio: "eastwestgateway" },
    },
  ]);
});

it("does not count an injection label that isthmus alone has given, which its next apply takes off", () => {
  const labelled = (...managers: readonly string[]): KubeObject => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: managers.join("-"),
      labels: { "istio-injection": "enabled", "istio.io/rev": "prod" },
      managedFields: managers.map((manager) => ({
        manager,
        operation: "Apply",
        fieldsV1: { "f:metadata": { "f:labels": { "f:istio-injection": {}, "f:istio.io/rev": {} } } },
      })),
    },
  });
  expect(injectionOf([labelled("isthmus"), labelled("kubectl"), labelled("isthmus", "kubectl")])).toEqual({
    isthmus: { revision: "prod" },
    kubectl: { injection: "enabled", revision: "prod" },
    "isthmus-kubectl": { injection: "enabled", revision: "prod" },
  });
});

it("reads a gateway that the mesh file names, and the pods of the ingress gateway beside it", async () => {
  const { server, client } = await connectFake();
  const labels = { istio: "ingressgateway", app: "gateway" };
  const cluster = { eastWest: { seenFrom: {}, service: { namespace: "gw", name: "ew" } } };
  server.put({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "istio-system", name: "ingress-1", labels } });
  server.put({ apiVersion: "v1", kind: "Pod", metadata: { namespace: "istio-system", name: "other" } });
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "gw", name: "ew" },
    spec: { selector: { istio: "ew" } },
  });
  const found = await readInstalledIstio(client, { cluster, namespaces: [] }, signal);
  expect(found.gateways).toEqual([{ namespace: "gw", name: "ew", selector: { istio: "ew" } }]);
  expect(found.ingressPods).toEqual([labels]);
});
