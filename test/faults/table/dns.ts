import type { Fault } from "../fault.ts";
import { cause, drop, indexOfPort, kubectl, on, patch, put, restart } from "../fault.ts";

const system = "kube-system";

/** What keeps names from being resolved. */
export const dnsFaults: readonly Fault[] = [
  {
    what: "CoreDNS is scaled to 0 in west",
    inject: async () => on("west", "kube-system", "scale deployment coredns --replicas=0"),
    causes: [cause("west", "ISM493")],
    undo: async () => {
      await on("west", "kube-system", "scale deployment coredns --replicas=1");
      await on("west", "kube-system", "rollout status deployment/coredns --timeout=80s");
    },
  },
  {
    what: "CoreDNS of east serves another domain",
    inject: async () => {
      const text = await kubectl("east", ["-n", system, "get", "configmap/coredns", "-o", "jsonpath={.data.Corefile}"]);
      await serve(text.replaceAll("kubernetes cluster.local", "kubernetes corp.local"));
    },
    causes: [cause("east", "ISM598")],
    says: "has it serve corp.local",
    undo: async () => {
      const text = await kubectl("east", ["-n", system, "get", "configmap/coredns", "-o", "jsonpath={.data.Corefile}"]);
      await serve(text.replaceAll(/kubernetes (?:cluster\.local )?corp\.local/g, "kubernetes cluster.local"));
    },
  },
  {
    what: "a NetworkPolicy closes the pods of CoreDNS in west",
    inject: async () =>
      put("west", {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "by-hand", namespace: system },
        spec: { podSelector: { matchLabels: { "k8s-app": "kube-dns" } }, policyTypes: ["Ingress"] },
      }),
    causes: [cause("west", "ISM448")],
    says: "look-ups of names",
    undo: async () => drop("west", system, "networkpolicy/by-hand"),
  },
  {
    what: "the Service of CoreDNS leads to another port in west",
    inject: async () => {
      const name = await serviceOfDns();
      const index = await indexOfPort("west", system, name, 53);
      await patch("west", system, `service/${name}`, [
        { op: "replace", path: `/spec/ports/${index}/targetPort`, value: 5399 },
      ]);
    },
    causes: [cause("west", "ISM598")],
    undo: async () => {
      const name = await serviceOfDns();
      const index = await indexOfPort("west", system, name, 53);
      await patch("west", system, `service/${name}`, [
        { op: "replace", path: `/spec/ports/${index}/targetPort`, value: 53 },
      ]);
    },
  },
  {
    what: "the Service of CoreDNS selects no pod in west",
    inject: async () =>
      patch("west", system, `service/${await serviceOfDns()}`, [
        { op: "replace", path: "/spec/selector", value: { app: "none" } },
      ]),
    causes: [cause("west", "ISM493")],
    undo: async () =>
      patch("west", system, `service/${await serviceOfDns()}`, [
        { op: "replace", path: "/spec/selector", value: { "k8s-app": "kube-dns" } },
      ]),
  },
];

async function serviceOfDns(): Promise<string> {
  const label = ["-l", "k8s-app=kube-dns", "-o", "jsonpath={.items[0].metadata.name}"];
  return kubectl("west", ["-n", system, "get", "service", ...label]);
}

/** Has the CoreDNS of east read this now: by itself it looks every half minute. */
async function serve(text: string): Promise<void> {
  const body = JSON.stringify({ data: { Corefile: text } });
  await kubectl("east", ["-n", system, "patch", "configmap/coredns", "--type=merge", "-p", body]);
  await restart("east", system, "coredns");
}
