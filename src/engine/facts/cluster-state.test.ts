import { describe, expect, it } from "vitest";
import { renderInventory } from "../../core/plan/inventory.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { renderRemoteSecret } from "../../core/render/remote-secret.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import { Secret } from "../../core/secret.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { ClusterState } from "./cluster-state.ts";
import { readClusterState, readIngressAddresses, readReader } from "./cluster-state.ts";
import { base64, signal, wireCluster, wireData, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const reader = "istio-reader-service-account-istio-remote-secret-token";
const parts = {
  "root-cert.pem": "root\n",
  "ca-cert.pem": "ca\n",
  "cert-chain.pem": "ca\nroot\n",
  "ca-key.pem": "key\n",
};
const inventory = { mesh: "demo", cluster: "west", items: [] };

const secret = (name: string, values: Readonly<Record<string, string>>): WireObject =>
  wireObject("Secret", { namespace, name }, { data: wireData(values) });

async function read(objects: readonly WireObject[], remotes = false): Promise<ClusterState> {
  const { client } = await wireCluster(objects);
  return readClusterState(client, { remotes, signal });
}

describe("the state of a cluster", () => {
  it("has which cluster it is, which namespaces it has, and what Kubernetes it runs", async () => {
    const found = await read([
      wireObject("Namespace", { name: "kube-system", uid: "u-1" }),
      wireObject("Namespace", { name: "sample", uid: "u-2" }),
    ]);
    expect(found.uid).toBe("u-1");
    expect([...found.namespaces].toSorted()).toEqual(["Namespace/kube-system", "Namespace/sample"]);
    expect(found.kubernetesVersion).toBe("v1.36.3-fake");
  });

  it("has the inventories of every mesh, and takes no other ConfigMap for one", async () => {
    const { data, metadata } = renderInventory(inventory);
    const found = await read([
      wireObject("ConfigMap", { ...metadata }, { data }),
      wireObject("ConfigMap", { namespace: "kube-system", name: "other" }),
      wireObject("ConfigMap", { ...metadata, namespace: "elsewhere" }, { data }),
    ]);
    expect(found.inventories).toEqual([inventory]);
  });

  it("has the nodes", async () => {
    const labels = { "topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": "1" };
    const found = await read([wireObject("Node", { name: "a", labels })]);
    expect(found.nodes).toEqual([{ name: "a", ready: false, region: "eu", zone: "1" }]);
  });

  it("has the mesh ID that an istiod is installed with", async () => {
    const mesh = "defaultConfig:\n  meshId: demo\n";
    const found = await read([wireObject("ConfigMap", { namespace, name: "istio" }, { data: { mesh } })]);
    expect(found.installedMeshId).toBe("demo");
  });

  it("has the addresses of the ingress gateway", async () => {
    const status = { loadBalancer: { ingress: [{ ip: "203.0.113.1" }] } };
    const service = wireObject("Service", { namespace, name: "istio-ingressgateway" }, { status });
    expect((await read([service])).ingressAddresses).toEqual(["203.0.113.1"]);
    expect(await readIngressAddresses((await wireCluster([])).client, signal)).toEqual([]);
  });

  it("has the ports at which the cluster's own pods reach its API server, each once", async () => {
    const slice = wireObject(
      "EndpointSlice",
      { namespace: "default", name: "kubernetes", labels: { "kubernetes.io/service-name": "kubernetes" } },
      { ports: [{ name: "https", port: 6443 }, { name: "other", port: 443 }, { port: 6443 }, { port: null }] },
    );
    expect((await read([slice])).apiPorts).toEqual([443, 6443]);
  });

  it("has the credentials of remote secrets, where they are asked for", async () => {
    const token = new Secret("t");
    const { metadata, data } = renderRemoteSecret(clusterNamed(twoClusters, "east"), {
      server: "https://e:1",
      token,
      caData: "Y2E=",
    });
    const value = (data as Readonly<Record<string, Secret>>)["east"]?.expose();
    const remote = wireObject("Secret", { ...metadata }, { data: { east: value } });
    expect((await read([remote])).remotes).toEqual({});
    expect((await read([remote], true)).remotes).toMatchObject({ east: { server: "https://e:1", caData: "Y2E=" } });
  });

  it("has nothing of what is not there", async () => {
    expect(await read([])).toEqual({
      uid: undefined,
      inventories: [],
      authority: undefined,
      authorityLacks: [],
      reader: undefined,
      installedMeshId: undefined,
      injection: {},
      nodes: [],
      namespaces: new Set(),
      kubernetesVersion: "v1.36.3-fake",
      ingressAddresses: [],
      apiPorts: [],
      remotes: {},
    });
  });
});

describe("the authority in cacerts", () => {
  it("is read from the keys of Istio's own form", async () => {
    const { authority, authorityLacks } = await read([secret("cacerts", parts)]);
    expect(authority).toEqual({
      rootCert: "root\n",
      caCert: "ca\n",
      certChain: "ca\nroot\n",
      caKey: expect.any(Secret),
    });
    expect(authority?.caKey.expose()).toBe("key\n");
    expect(authorityLacks).toEqual([]);
  });

  it("is read from the keys of kubernetes.io/tls, which istiod prefers", async () => {
    const tls = { "tls.crt": "tls ca\n\n", "tls.key": "tls key\n", "ca.crt": "tls root\n" };
    const { authority } = await read([secret("cacerts", { ...parts, ...tls })]);
    expect(authority).toEqual({
      rootCert: "tls root\n",
      caCert: "tls ca\n\n",
      certChain: "tls ca\ntls root\n",
      caKey: expect.any(Secret),
      form: "tls",
    });
    expect(authority?.caKey.expose()).toBe("tls key\n");
  });

  it("is none where a part is missing, which is named", async () => {
    const { "ca-key.pem": _, ...rest } = parts;
    expect(await read([secret("cacerts", rest)])).toMatchObject({
      authority: undefined,
      authorityLacks: ["ca-key.pem"],
    });
    expect(await read([secret("cacerts", { "tls.crt": "ca\n" })])).toMatchObject({
      authorityLacks: ["tls.key", "ca.crt"],
    });
  });
});

it("reads the token of the reader's service account, once Kubernetes has filled it in", async () => {
  const { reader: found } = await read([secret(reader, { token: "t", "ca.crt": "ca" })]);
  expect(found?.token.expose()).toBe("t");
  expect(found?.caData).toBe(base64("ca"));
  expect((await read([secret(reader, { token: "t" })])).reader).toBeUndefined();
  expect((await read([secret(reader, { "ca.crt": "ca" })])).reader).toBeUndefined();
  expect(readReader(undefined)).toBeUndefined();
});

it("leaves what the account may not read empty and names it, where nothing is decided by it", async () => {
  const { client, server } = await wireCluster([wireObject("Node", { name: "a" })]);
  const isNodes = ({ url }: { readonly url: string }): boolean => url.includes("/nodes");
  server.inject({ kind: "status", status: 403 }, { times: 9, matches: isNodes });
  const options = { remotes: false, signal };
  await expect(readClusterState(client, options)).rejects.toThrow("injected fault");
  expect(await readClusterState(client, { ...options, tolerant: true })).toMatchObject({
    nodes: [],
    unread: [{ part: "nodes", why: expect.stringContaining("injected fault") }],
  });
});
