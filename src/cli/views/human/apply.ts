import type { ApplyResult, ClusterOutcome } from "../../../engine/operations/apply.ts";
import { describeId } from "../../../core/model/kube-object.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewNameOutcomes } from "./names.ts";

/** How an apply ended, cluster by cluster and name by name: what was done, and what was not. */
export function viewApplyResult(result: ApplyResult, palette: Palette): string {
  return [
    ...result.clusters.map((cluster) => viewCluster(cluster, palette)),
    ...viewNameOutcomes(result.names, palette),
  ].join("\n");
}

function viewCluster(cluster: ClusterOutcome, palette: Palette): string {
  const counts = `${cluster.applied} applied${cluster.deleted > 0 ? `, ${cluster.deleted} deleted` : ""}`;
  switch (cluster.state) {
    case "applied":
      return `${palette.good("√")} ${cluster.cluster}  ${cluster.applied === 0 && cluster.deleted === 0 ? "as asked, nothing to change" : `${counts}, all ready`}`;
    case "incomplete":
      return [
        `${palette.changed("!")} ${cluster.cluster}  ${cluster.applied === 0 && cluster.deleted === 0 ? "nothing to change" : counts}, not all as asked`,
        ...cluster.leftOut.map((id) => `    left as it is: ${describeId(id)}`),
        ...cluster.beingDeleted.map((id) => `    being deleted: ${describeId(id)}`),
        ...cluster.halted.map((id) => `    has no pods:   ${describeId(id)}`),
      ].join("\n");
    case "unreachable":
      return `${palette.bad("×")} ${cluster.cluster}  does not answer, nothing was done there`;
    case "interrupted":
    case "failed":
      return [
        `${palette.bad("×")} ${cluster.cluster}  ${cluster.state}, ${counts}`,
        `    done:     ${wavesThat(cluster, ["done"]) || "nothing"}`,
        `    not done: ${wavesThat(cluster, ["failed", "skipped", "interrupted"]) || "what follows them"}`,
      ].join("\n");
  }
}

function wavesThat(cluster: ClusterOutcome, outcomes: readonly string[]): string {
  return cluster.waves
    .filter((wave) => outcomes.includes(wave.outcome))
    .map((wave) => wave.wave)
    .join(", ");
}
