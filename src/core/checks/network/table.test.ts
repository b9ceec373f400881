import { expect, it } from "vitest";
import { eastWestGateway } from "../../render/names.ts";
import { serviceOf } from "../../testing/changed-facts.ts";
import type { CheckRow } from "../../testing/check-rows.ts";
import { unshown } from "../../testing/check-rows.ts";
import { findingsOf, foundBy } from "../../testing/found-by.ts";
import { withCluster, withGateway } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import { checks } from "../list.ts";
import type { DnsAddress } from "../system-facts.ts";

/** The DNS of east is at 10.43.0.77. */
function withLookUps(lookUps: Partial<DnsAddress> | undefined): MeshFacts {
  return withCluster("east", ({ system }) => ({
    system: {
      ...system,
      dns: {
        name: "kube-dns",
        ready: 1,
        pods: [],
        addresses: ["10.43.0.77"],
        ...(lookUps === undefined ? {} : { lookUps: { node: "east-1", asked: [], ofServices: [], ...lookUps } }),
      },
    },
  }));
}

/** The pods of the service in a cluster have these labels too. */
function withPodLabels(cluster: "west" | "east", labels: Readonly<Record<string, string>>): MeshFacts {
  return withCluster(cluster, (one) => ({
    pods: one.pods.map((pod) => (pod.namespace === "sample" ? { ...pod, labels: { ...pod.labels, ...labels } } : pod)),
  }));
}

/** The check, what is wrong, the facts, and what is found: `severity code cluster→remote`. */
const table: readonly CheckRow[] = [
  [
    "network/cluster-dns",
    "a DNS without endpoints",
    withCluster("east", ({ system }) => ({
      system: { ...system, dns: { name: "kube-dns", ready: 0, pods: [] } },
    })),
    ["error ISM493 east"],
  ],
  [
    "network/cluster-dns",
    "a DNS that is scaled to 0",
    withCluster("east", ({ system }) => ({
      system: { ...system, dns: { name: "kube-dns", ready: 0, halted: ["coredns"], pods: [] } },
    })),
    ["error ISM493 east"],
  ],
  [
    "network/dns-address",
    "pods that ask where no Service is",
    withLookUps({ asked: ["10.43.0.10"] }),
    ["error ISM594 east"],
  ],
  [
    "network/dns-address",
    "nothing where they ask the Service, or another one",
    withLookUps({ asked: ["10.43.0.10"], ofServices: ["10.43.0.10"] }),
    [],
  ],
  ["network/dns-address", "nothing in a resolver on the nodes", withLookUps({ asked: ["169.254.20.10"] }), []],
  ["network/dns-address", "nothing where no kubelet was asked", withLookUps(undefined), []],
  [
    "network/cluster-dns",
    "nothing where the cluster has another DNS",
    withCluster("east", ({ system: { dns: _, ...system } }) => ({ system })),
    [],
  ],
  [
    "network/namespace-label",
    "no label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map(({ network: _, ...rest }) => rest) })),
    ["error ISM418 east"],
  ],
  [
    "network/namespace-label",
    "the other cluster's label",
    withCluster("east", (one) => ({ namespaces: one.namespaces.map((space) => ({ ...space, network: "west-net" })) })),
    ["error ISM418 east"],
  ],
  [
    "network/pod-labels",
    "a pod in another network",
    withCluster("east", (one) => ({
      pods: one.pods.map((pod) =>
        pod.namespace === "sample" ? { ...pod, labels: { ...pod.labels, "topology.istio.io/network": "other" } } : pod,
      ),
    })),
    ["error ISM567 east"],
  ],
  [
    "network/pod-labels",
    "nothing in a pod that carries its own network",
    withCluster("east", (one) => ({
      pods: one.pods.map((pod) => ({ ...pod, labels: { ...pod.labels, "topology.istio.io/network": "east-net" } })),
    })),
    [],
  ],
  [
    "network/pod-labels",
    "a pod that has lost the label of mTLS",
    withPodLabels("east", { "service.istio.io/canonical-revision": "v2" }),
    ["error ISM765 east"],
  ],
  [
    "network/pod-labels",
    "pods that are told not to take mTLS",
    withPodLabels("east", { "security.istio.io/tlsMode": "disabled" }),
    ["error ISM765 east"],
  ],
  [
    "network/pod-labels",
    "nothing in pods as the injector labels them",
    withPodLabels("east", { "service.istio.io/canonical-revision": "v2", "security.istio.io/tlsMode": "istio" }),
    [],
  ],
  [
    "network/gateway-label",
    "no label at the Service",
    withGateway("east", eastWestGateway, () => ({
      service: { ...serviceOf(["172.30.2.2"], [15443]), network: "" },
    })),
    ["error ISM419 east"],
  ],
  [
    "network/gateway-label",
    "another network in the pods",
    withGateway("east", eastWestGateway, () => ({ network: "west-net" })),
    ["error ISM419 east"],
  ],
];

it.each(table)("%s finds %s", (id, _, facts, expected) => {
  expect(foundBy(id, facts)).toEqual(expected);
});

it("has a row in which it finds something for every check of its category", () => {
  expect(unshown("network", table), "each of these needs one").toEqual([]);
});

it("says that it could not ask where pods look names up", () => {
  const check = checks.find(({ id }) => id === "network/dns-address");
  expect(check?.unseen?.(withLookUps({ problem: "nodes/proxy is forbidden" }))).toEqual([
    "where pods of east look names up: the kubelet of east-1 could not be asked (nodes/proxy is forbidden)",
  ]);
});

it("makes the Service of the DNS again with the address that pods ask", () => {
  const [found] = findingsOf("network/dns-address", withLookUps({ asked: ["10.43.0.10"] }));
  expect(found?.commands).toEqual([
    String.raw`kubectl --context isthmus-east -n kube-system get service kube-dns -o yaml | sed -E 's/(^|[^0-9.])10\.43\.0\.77($|[^0-9.])/\110.43.0.10\2/' | kubectl --context isthmus-east replace --force -f -`,
  ]);
});
