import type { EndpointFinding } from "../checks/endpoint-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { VersionVerdict } from "./weights.ts";

/**
 * `proven`: it was asked and is as the mesh file says. `failed`: it is not.
 * `notProven`: nothing is known to be wrong, and not all could be seen.
 */
export type ProofState = "proven" | "failed" | "notProven";

/** How requests came in: from outside at the cluster's ingress, or from a caller inside the mesh. */
export type ProofWay = "ingress" | "mesh";

/** What was proven, or not, in one cluster: of one route, or of a service without routes. */
export interface RouteProof {
  readonly cluster: string;
  /** Whose proxy was asked and compared: the ingress gateway's, or a caller's sidecar. */
  readonly via: ProofWay;
  /** The pod of somebody's that was asked from, `shop/client-1`; left out where it was a probe pod. */
  readonly from?: string;
  readonly service: string;
  readonly namespace: string;
  /** Left out for a service that has no routes. */
  readonly route?: string;
  readonly state: ProofState;
  /** True when proven. */
  readonly ok: boolean;
  /** The URL that was asked; empty when nothing was. */
  readonly url: string;
  readonly endpoints: readonly EndpointFinding[];
  /** Requests that were sent, those of the attempt that counts. */
  readonly requests: number;
  /** How often they were sent: again when it is not known where they went, and when the first split was not as asked. */
  readonly attempts: number;
  /** Of the application's answers: status → how many. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of a route with `redirect`: requests that were answered with it. */
  readonly redirected?: number;
  /** What went wrong, counted by reason. */
  readonly failures: readonly { readonly reason: string; readonly count: number }[];
  /** Empty where it is not known where requests went. */
  readonly weights: readonly VersionVerdict[];
  /** What as many requests gave before, where they were sent a second time since that was not as asked. */
  readonly before?: readonly VersionVerdict[];
  /** Requests of which it is not known which version they went to. */
  readonly unattributed: number;
  readonly diagnostics: readonly Diagnostic[];
}

/** The state that findings leave: an error is a failure, a warning leaves something unproven. */
export function stateOf(diagnostics: readonly Diagnostic[]): ProofState {
  if (diagnostics.some((one) => one.severity === "error")) {
    return "failed";
  }
  return diagnostics.length > 0 ? "notProven" : "proven";
}
