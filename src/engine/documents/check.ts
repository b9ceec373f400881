import type { MeshFacts } from "../../core/checks/facts.ts";
import type { CheckReport } from "../../core/checks/run-checks.ts";

/** The report as one JSON document, `kind: CheckReport`. */
export function checkDocument(facts: MeshFacts, report: CheckReport): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "CheckReport",
    mesh: facts.mesh.name,
    takenAt: facts.takenAt,
    ...report,
  };
}
