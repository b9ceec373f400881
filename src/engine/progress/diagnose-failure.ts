import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { KubeError } from "../../kube/errors.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { diagnoseRancherError } from "../../providers/rancher/diagnose-rancher.ts";
import { RancherError } from "../../providers/rancher/rancher-error.ts";

/** The diagnostics of whatever stopped a step on one cluster; a bug becomes ISM300 with its own words. */
export async function diagnoseFailure(error: unknown, cluster: string, step: string): Promise<readonly Diagnostic[]> {
  if (error instanceof UserError) {
    return error.diagnostics;
  }
  if (error instanceof KubeError) {
    return [await diagnoseKubeError(error, cluster)];
  }
  if (error instanceof RancherError) {
    return [{ ...diagnoseRancherError(error), cluster }];
  }
  return [
    {
      ...errorOf("ISM300"),
      detail: `${step} on ${cluster}: ${error instanceof Error ? error.message : String(error)}`,
      fix: "Run the same command again; what is done stays done. If it happens again, report it with the output of -v.",
      cluster,
    },
  ];
}
