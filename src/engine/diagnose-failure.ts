import type { Diagnostic } from "../core/diagnostics/diagnostic.ts";
import { UserError } from "../core/diagnostics/user-error.ts";
import { KubeError, diagnoseKubeError } from "../kube/errors.ts";

/** The diagnostics of whatever stopped a step on one cluster; a bug becomes ISM300 with its own words. */
export async function diagnoseFailure(error: unknown, cluster: string, step: string): Promise<readonly Diagnostic[]> {
  if (error instanceof UserError) {
    return error.diagnostics;
  }
  if (error instanceof KubeError) {
    return [await diagnoseKubeError(error, cluster)];
  }
  return [
    {
      code: "ISM300",
      severity: "error",
      summary: "A step failed for an unexpected reason",
      detail: `${step} on ${cluster}: ${error instanceof Error ? error.message : String(error)}`,
      fix: "Run the same command again; what is done stays done. If it happens again, report it with the output of -v.",
      cluster,
    },
  ];
}
