import { describeId, keyOf } from "../../../core/model/kube-object.ts";
import type { Labelled, NameOutcome, PreparedRemoval, RemovalOutcome } from "../../../engine/operations/remove.ts";
import { countKinds } from "../../../engine/operations/remove.ts";
import type { Palette } from "../../terminal/palette.ts";
import { viewNameOutcomes, viewNamesPlan } from "./names.ts";

/** What a removal would take away, in its order; what was there before is named as staying. */
export function viewRemovalPlan(prepared: PreparedRemoval, palette: Palette): string {
  const ofClusters = [
    ...prepared.clusters,
    ...(prepared.rancherLocal === undefined ? [] : [prepared.rancherLocal]),
  ].flatMap(({ one, items, labelled, isLeft }) => [
    palette.strong(one.cluster.name),
    ...(isLeft && labelled !== undefined
      ? [`  no inventory of mesh ${prepared.mesh} is here; what carries its label stays: ${viewCounts(labelled)}`]
      : items.length === 0
        ? [palette.dim(`  nothing of mesh ${prepared.mesh} is here`)]
        : []),
    ...items.map((item) =>
      item.created
        ? palette.removed(`  - ${describeId(item.id)}`)
        : palette.dim(`    ${describeId(item.id)} stays: it was there before`),
    ),
    ...(isLeft ? [] : (labelled?.stays ?? []))
      .filter(({ id }) => !items.some((item) => keyOf(item.id) === keyOf(id)))
      .map(({ id, reason }) => palette.dim(`    ${describeId(id)} stays: ${reason}`)),
  ]);
  const keys = prepared.accountKeys.map((file) => palette.dim(`${file} stays: it is the key of an ACME account`));
  return [...viewNamesPlan(prepared.names?.plan, { prune: false, palette }), ...ofClusters, ...keys].join("\n");
}

function viewCounts(labelled: Labelled): string {
  return [...countKinds(labelled)].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** How a removal ended. */
export interface RemovalResult {
  readonly outcomes: readonly RemovalOutcome[];
  readonly names: readonly NameOutcome[];
}

/** How a removal ended, name by name and cluster by cluster. */
export function viewRemoval({ outcomes, names }: RemovalResult, palette: Palette): string {
  const ofClusters = outcomes.map((outcome) => {
    const mark = outcome.state === "removed" ? palette.good("√") : palette.bad("×");
    const words = {
      removed: "removed",
      left: "left as it is, see below",
      failed: "not all removed",
      interrupted: "interrupted",
      unreachable: "does not answer, nothing was done there",
    };
    const word =
      outcome.state === "left" && outcome.deleted > 0
        ? "not all removed"
        : outcome.state === "removed" && outcome.deleted === 0
          ? "nothing had to be deleted"
          : words[outcome.state];
    return `${mark} ${outcome.cluster}  ${word}${outcome.deleted > 0 ? `, ${outcome.deleted} objects deleted` : ""}`;
  });
  return [...viewNameOutcomes(names, palette), ...ofClusters].join("\n");
}
