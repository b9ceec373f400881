import type { RouteProof } from "../../core/decide/proof.ts";
import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Route, Service } from "../../core/model/mesh.ts";
import type { TaskRef } from "../../core/plan/task-ref.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { ActualEndpoints } from "../facts/ingress-endpoints.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import type { AskedPodName } from "./asked-pods.ts";

/** What a verification found. */
export interface Verification {
  readonly proofs: readonly RouteProof[];
  /** Clusters that did not answer. */
  readonly unreachable: readonly { readonly cluster: string; readonly diagnostic: Diagnostic }[];
  /** What belongs to no proof: a mesh file that names nothing to prove, a route that is in no cluster. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many proofs ended in each state; a cluster that did not answer is a failed one, a route that is in no cluster one that is not proven. */
  readonly proven: number;
  readonly failed: number;
  readonly notProven: number;
  /** True when all was proven. */
  readonly ok: boolean;
}

/** Which part of the mesh is proven. */
export interface VerifyTarget {
  readonly service: string;
  readonly namespace: string;
  readonly route?: string;
}

export interface VerifyOptions extends RunOptions, AccessOptions {
  /** Requests in each cluster per route, at least 1. */
  readonly requests: number;
  readonly only?: VerifyTarget;
  /** How to ask, before what the mesh file says of each route. */
  readonly ask?: RequestSettings;
  /** False: no pod is made in any cluster, and what only callers inside the mesh reach is not asked. */
  readonly probePod: boolean;
  /** A pod of somebody's: only what callers inside the mesh reach is proven, and only from it. */
  readonly from?: AskedPodName;
  /** The task that a plan names for the proof in a cluster, where one does. */
  readonly taskOf?: (cluster: string) => TaskRef;
}

/** One route of one service (or a service without routes) in one cluster. */
export interface ProofInput {
  readonly meshFile: MeshFile;
  readonly one: Connected;
  readonly connected: readonly Connected[];
  readonly service: Service;
  /** Undefined for a service without routes: its endpoints are proven alone. */
  readonly route: Route | undefined;
  readonly actual: ActualEndpoints;
  /** From where is asked, `shop/client-1`, where it is a pod of somebody's. */
  readonly from?: string;
}
