import type { ClusterEndpoints } from "../checks/endpoint-table.ts";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import type { ProofWay } from "./proof.ts";
import { kubectlLine } from "../kubectl-line.ts";

/** Where a proof was made and of what. */
export interface ProofPlace {
  readonly mesh: Mesh;
  readonly cluster: Cluster;
  readonly via: ProofWay;
  /** The pod of somebody's that was asked from, `shop/client-1`. */
  readonly from?: string;
  /** Cluster → its kubeconfig context, for commands that a fix names. */
  readonly contexts: Readonly<Record<string, string>>;
  /** The mesh file as the user named it, for commands that a fix names. */
  readonly file: string;
  readonly service: Service;
  /** Left out for a service without routes. */
  readonly route?: Route;
  readonly actual: Readonly<Record<string, ClusterEndpoints>>;
}

/** The program's name with the cluster's context. */
export function kubectl({ contexts }: ProofPlace, cluster: string): string {
  const context = contexts[cluster];
  return context === undefined ? "kubectl" : kubectlLine(context);
}

/** Where requests were sent, as a sentence begins: `At the ingress of west`. */
export function asked({ cluster, via, from }: ProofPlace): string {
  if (from !== undefined) {
    return `From pod ${from} of ${cluster.name}`;
  }
  return via === "ingress" ? `At the ingress of ${cluster.name}` : `From inside ${cluster.name}`;
}

/** The proxy that shared requests out, as the subject of a sentence. */
export function proxyOf({ cluster, via, from }: ProofPlace): string {
  if (from !== undefined) {
    return `The sidecar of ${from} in ${cluster.name}`;
  }
  return via === "ingress" ? `The ingress of ${cluster.name}` : `The sidecar of a caller in ${cluster.name}`;
}

/** How that proxy is called within a sentence. */
export function proxyName({ via }: ProofPlace): string {
  return via === "ingress" ? "gateway" : "sidecar";
}
