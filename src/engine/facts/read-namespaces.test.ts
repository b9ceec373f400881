import { expect, it } from "vitest";
import { inspectCertificate } from "../../pki/inspect.ts";
import { makeCertificate } from "../../pki/testing/make-certificate.ts";
import { readNamespaces } from "./read-namespaces.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

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

it("reads a plain namespace, one that a revision injects, and one whose labels keep it from that", async () => {
  const labels = { "istio.io/rev": "canary" };
  const both = { ...labels, "istio-injection": "enabled" };
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "plain" }),
    wireObject("Namespace", { name: "by-revision", labels }),
    wireObject("Namespace", { name: "by-both", labels: both }),
    wireObject(
      "ConfigMap",
      { namespace: "by-revision", name: "istio-ca-root-cert" },
      { data: { "root-cert.pem": "?" } },
    ),
  ]);
  expect(await readNamespaces(client, ["plain", "by-revision", "by-both"], signal)).toEqual([
    { name: "plain", labels: {}, injected: false },
    { name: "by-revision", labels, injected: true, roots: [] },
    { name: "by-both", labels: both, injected: false },
  ]);
});

it("reads of one that is being deleted since when, and what keeps it", async () => {
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  const remaining = "Some content in the namespace has finalizers remaining: team.example/hold in 1 resource instances";
  const conditions = [
    { type: "NamespaceDeletionContentFailure", status: "False", message: "All content successfully deleted" },
    { type: "NamespaceContentRemaining", status: "True", message: "Some resources are remaining" },
    { type: "NamespaceFinalizersRemaining", status: "True", message: remaining },
  ];
  const { client } = await wireCluster([
    wireObject("Namespace", { name: "held", deletionTimestamp }, { status: { conditions } }),
    wireObject("Namespace", { name: "going", deletionTimestamp }),
  ]);
  expect(await readNamespaces(client, ["held", "going"], signal)).toEqual([
    { name: "held", labels: {}, injected: false, deletion: { since: deletionTimestamp, waitsFor: remaining } },
    { name: "going", labels: {}, injected: false, deletion: { since: deletionTimestamp, waitsFor: "" } },
  ]);
});
