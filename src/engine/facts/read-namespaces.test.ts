import { expect, it } from "vitest";
import { inspectCertificate } from "../../pki/inspect.ts";
import { makeCertificate } from "../../pki/testing/make-certificate.ts";
import { readNamespaces, readNodes } from "./read-namespaces.ts";
import { runningStatus, signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

it("reads a namespace with its network, its labels, whether it is injected, and the roots that istiod wrote there", async () => {
  const [old, renewed] = await Promise.all([makeCertificate({ name: "old" }), makeCertificate({ name: "renewed" })]);
  const labels = { "topology.istio.io/network": "west-net", "istio-injection": "enabled", team: "blue" };
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "sample", labels }),
    wireObject(
      "ConfigMap",
      { namespace: "sample", name: "istio-ca-root-cert" },
      { data: { "root-cert.pem": old.pem + renewed.pem } },
    ),
  ]);
  const roots = [old, renewed].map(({ pem }) => inspectCertificate(pem).fingerprint);
  expect(await readNamespaces(client, ["sample", "not-there"], signal)).toEqual([
    { name: "sample", network: "west-net", labels, injected: true, roots },
  ]);
});

it("reads a plain namespace, and one that a revision injects", async () => {
  const labels = { "istio.io/rev": "canary" };
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "plain" }),
    wireObject("Namespace", { name: "by-revision", labels }),
    wireObject(
      "ConfigMap",
      { namespace: "by-revision", name: "istio-ca-root-cert" },
      { data: { "root-cert.pem": "?" } },
    ),
  ]);
  expect(await readNamespaces(client, ["plain", "by-revision"], signal)).toEqual([
    { name: "plain", labels: {}, injected: false },
    { name: "by-revision", labels, injected: true, roots: [] },
  ]);
});

it("reads where nodes are, and whether they are ready", async () => {
  const labels = { "topology.kubernetes.io/region": "eu", "topology.kubernetes.io/zone": "eu-1" };
  const { client } = await wireCluster([
    wireObject("Node", { name: "a", labels }, { status: runningStatus() }),
    wireObject("Node", { name: "b" }, { status: runningStatus(false) }),
    wireObject("Node", { name: "c" }),
  ]);
  expect(await readNodes(client, signal)).toEqual([
    { name: "a", ready: true, region: "eu", zone: "eu-1" },
    { name: "b", ready: false, region: "", zone: "" },
    { name: "c", ready: false, region: "", zone: "" },
  ]);
});
