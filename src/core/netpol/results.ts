import type { PolicyMatrix } from "./policy-matrix.ts";
import type { PolicySnapshot } from "./policy-world.ts";
import type { Trace } from "./trace-connection.ts";

export type Unreachable = Extract<PolicySnapshot, { readonly kind: "unreachable" }>;

/** What NetworkPolicies say of one connection. */
export interface ConnectionTest {
  /** `unknown`: policies of other kinds may decide otherwise, or rules admit blocks of addresses and one on the way is not known. `partly`: to some pods of the Service. */
  readonly answer: "yes" | "partly" | "no" | "unknown";
  readonly trace: Trace;
  readonly unreachable: readonly Unreachable[];
}

/** Who may reach whom, in every cluster that answers. */
export interface ReachMatrices {
  readonly matrices: readonly PolicyMatrix[];
  readonly unreachable: readonly Unreachable[];
}
