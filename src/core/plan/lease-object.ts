import type { KubeObject } from "../model/kube-object.ts";
import { rancherLocalTarget, meshLabel } from "../render/names.ts";
import { inventoryNamespace } from "./inventory.ts";

/** Who holds a mesh's Lease in one cluster. */
export interface LeaseState {
  /** `user@host/pid`; empty when nobody does. */
  readonly holder: string;
  /** What tells one hold from every other one. */
  readonly claim: string | undefined;
  /** The command that runs, `apply`. */
  readonly command: string | undefined;
  /** Names the holder's process to others on its machine; undefined where it could not be named. */
  readonly process: string | undefined;
  /** Milliseconds since the epoch, by the holder's clock; NaN where the Lease does not say. */
  readonly acquiredAt: number;
  readonly renewedAt: number;
  readonly durationMs: number;
}

const claimAnnotation = "isthmus.dev/claim";
const commandAnnotation = "isthmus.dev/command";
const processAnnotation = "isthmus.dev/process";

/** The name of a mesh's Lease; Rancher's local cluster has one of its own, as with inventories. */
export function leaseName(mesh: string, cluster: string): string {
  return cluster === rancherLocalTarget ? `isthmus-management-${mesh}` : `isthmus-${mesh}`;
}

/** A mesh's Lease in one cluster, beside the inventory. */
export function renderLease(mesh: string, cluster: string, state: LeaseState): KubeObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: {
      name: leaseName(mesh, cluster),
      namespace: inventoryNamespace,
      labels: { [meshLabel]: mesh },
      annotations: {
        [claimAnnotation]: state.claim ?? "",
        [commandAnnotation]: state.command ?? "",
        [processAnnotation]: state.process ?? "",
      },
    },
    spec: {
      holderIdentity: state.holder,
      leaseDurationSeconds: Math.ceil(state.durationMs / 1000),
      acquireTime: microTime(state.acquiredAt),
      renewTime: microTime(state.renewedAt),
    },
  };
}

/** Reads a Lease back, also one that somebody else has written. */
export function readLease(object: KubeObject): LeaseState {
  const spec = (object["spec"] ?? {}) as {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
  };
  const annotation = (name: string): string | undefined => object.metadata.annotations?.[name] || undefined;
  return {
    holder: spec.holderIdentity ?? "",
    claim: annotation(claimAnnotation),
    command: annotation(commandAnnotation),
    process: annotation(processAnnotation),
    acquiredAt: Date.parse(spec.acquireTime ?? ""),
    renewedAt: Date.parse(spec.renewTime ?? ""),
    durationMs: (spec.leaseDurationSeconds ?? 0) * 1000,
  };
}

/** Kubernetes' MicroTime: six digits after the second. */
export function microTime(at: number): string {
  return new Date(at).toISOString().replace("Z", "000Z");
}
