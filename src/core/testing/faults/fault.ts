import type { MeshFacts } from "../../checks/facts.ts";

/** One thing that goes wrong in a mesh, with everything that follows from it, as the facts show it. */
export interface MeshFault {
  /** What happened, as a file name: `east-quota-forbids-pods`. */
  readonly name: string;
  readonly happens: (facts: MeshFacts) => MeshFacts;
  /** `severity code cluster→remote` of each cause that the report must have. */
  readonly causes: readonly string[];
}
/** The clusters of the tests' mesh. */
export type Name = "west" | "east";
