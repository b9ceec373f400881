import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import { creatorLabel, creatorNorman, projectIdField } from "./rancher-names.ts";

/** What project network isolation goes by in one cluster. */
export interface PolicyFacts {
  /** The cluster's system project. */
  readonly systemProject: string;
  /** All namespaces with the project that their label names; "" for none. */
  readonly namespaces: readonly { readonly name: string; readonly uid: string; readonly project: string }[];
  /** `spec.podCIDR` of every node that has one. */
  readonly podRanges: readonly string[];
  readonly services: readonly KubeObject[];
  /** Every NetworkPolicy of the cluster. */
  readonly policies: readonly KubeObject[];
}

interface ServicePort {
  readonly port: number;
  readonly protocol?: string;
  readonly nodePort?: number;
  readonly targetPort?: number | string;
}

/**
 * The policies that Rancher keeps in a cluster with project network isolation
 * (RANCHER networkpolicy/netpol.go, servicehandler.go): np-default and hn-nodes
 * in every namespace of a project, np-<service> for every service with node
 * ports; in the system project's namespaces np-default-allow-all, where nobody
 * made a policy of their own. Namespaces of no project have np-<service> only.
 */
export function planPolicies(facts: PolicyFacts): readonly KubeObject[] {
  const system = new Set(facts.namespaces.filter((one) => one.project === facts.systemProject).map((one) => one.name));
  return [
    ...facts.namespaces.flatMap((namespace) => {
      if (system.has(namespace.name)) {
        return hasOwnPolicies(facts, namespace.name) ? [] : [allowAll(namespace.name, facts.systemProject)];
      }
      return namespace.project === ""
        ? []
        : [
            projectOnly(namespace.name, namespace.project, facts.systemProject),
            ...fromNodes(namespace, facts.podRanges),
          ];
    }),
    ...facts.services.flatMap((service) => (system.has(service.metadata.namespace ?? "") ? [] : forService(service))),
  ];
}

/** True for what this controller made, or may have made. */
export function isRanchersPolicy(policy: KubeObject): boolean {
  return policy.metadata.labels?.[creatorLabel] === creatorNorman;
}

function hasOwnPolicies(facts: PolicyFacts, namespace: string): boolean {
  return facts.policies.some((one) => one.metadata.namespace === namespace && !isRanchersPolicy(one));
}

function projectOnly(namespace: string, project: string, systemProject: string): KubeObject {
  const from = [project, systemProject].map((one) => ({
    namespaceSelector: { matchLabels: { [projectIdField]: one } },
  }));
  return policy(
    { name: "np-default", namespace, labels: { [projectIdField]: project } },
    { podSelector: {}, ingress: [{ from }], policyTypes: ["Ingress"] },
  );
}

function allowAll(namespace: string, systemProject: string): KubeObject {
  return policy(
    { name: "np-default-allow-all", namespace, labels: { [projectIdField]: systemProject } },
    { podSelector: {}, ingress: [{}], egress: [{}], policyTypes: ["Ingress", "Egress"] },
  );
}

/** Nodes reach pods from the first address of their pod range. Without any the policy would allow nobody, or with no peers everybody. */
function fromNodes(
  namespace: { readonly name: string; readonly uid: string },
  podRanges: readonly string[],
): readonly KubeObject[] {
  const from = podRanges
    .map((range) => ({ ipBlock: { cidr: `${range.split("/")[0] ?? ""}/32` } }))
    .toSorted((left, right) => (left.ipBlock.cidr < right.ipBlock.cidr ? -1 : 1));
  const owner = { apiVersion: "v1", kind: "Namespace", name: namespace.name, uid: namespace.uid };
  return from.length === 0
    ? []
    : [
        policy(
          { name: "hn-nodes", namespace: namespace.name, ownerReferences: [owner] },
          { podSelector: {}, ingress: [{ from }], policyTypes: ["Ingress"] },
        ),
      ];
}

function forService(service: KubeObject): readonly KubeObject[] {
  const spec = isRecord(service["spec"]) ? service["spec"] : {};
  const { name, namespace = "" } = service.metadata;
  const ports = ((spec["ports"] ?? []) as unknown as readonly ServicePort[])
    .filter((port) => (port.nodePort ?? 0) !== 0)
    .map((port) => ({ protocol: port.protocol ?? "TCP", port: port.targetPort ?? port.port }))
    .toSorted((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
  const owner = { apiVersion: "v1", kind: "Service", name, uid: service.metadata["uid"] ?? "" };
  return ports.length === 0
    ? []
    : [
        policy(
          { name: `np-${name}`, namespace, ownerReferences: [owner] },
          {
            // The API server drops an empty map.
            podSelector: isRecord(spec["selector"]) ? { matchLabels: spec["selector"] as Json } : {},
            ingress: [{ ports }],
            policyTypes: ["Ingress"],
          },
        ),
      ];
}

function sortKey(port: { readonly protocol: string; readonly port: number | string }): string {
  return `${port.port}/${port.protocol}`;
}

function policy(metadata: KubeObject["metadata"], spec: Json): KubeObject {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { ...metadata, labels: { ...metadata.labels, [creatorLabel]: creatorNorman } },
    spec,
  };
}
