import { additionsIn } from "../../core/plan/additions.ts";
import type { ClusterPlan, Plan } from "../../core/plan/plan.ts";
import { namesFields } from "./names.ts";
import { summarisePlan } from "../../core/plan/plan.ts";

/** The plan as one JSON document, `kind: Plan`; secret values show as fingerprints. */
export function planDocument(plan: Plan, options: { readonly prune: boolean }): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Plan",
    mesh: plan.mesh,
    ...(plan.outOfScope === undefined ? {} : { outOfScope: plan.outOfScope }),
    ...(plan.certificates === undefined
      ? {}
      : {
          certificates: plan.certificates.map(({ renewAt, ...one }) => ({
            ...one,
            ...(renewAt === undefined ? {} : { renewAt: new Date(renewAt).toISOString() }),
          })),
        }),
    summary: summarisePlan(plan, options),
    clusters: plan.clusters.map((cluster) =>
      cluster.kind === "unreachable"
        ? { name: cluster.cluster, state: "unreachable", diagnostic: cluster.diagnostic }
        : {
            name: cluster.cluster,
            state: "planned",
            objects: cluster.objects.map(
              ({ action, phase, wave, id, fields, knownAfterApply, deleted, adopted, mergedFrom }) => ({
                action,
                phase,
                wave,
                ...id,
                knownAfterApply: knownAfterApply !== undefined,
                ...(deleted === true ? { deleted } : {}),
                ...(adopted === true ? { adopted } : {}),
                ...(mergedFrom === undefined ? {} : { mergedFrom }),
                fields,
              }),
            ),
            ...(cluster.refused === undefined
              ? {}
              : { refused: cluster.refused.map(({ id, wave, diagnostic }) => ({ ...id, wave, diagnostic })) }),
            ...addedOf(cluster),
            ...connectionsOf(cluster, options),
            ...(cluster.theirs === undefined ? {} : { theirs: cluster.theirs }),
            prune: cluster.prune.map((item) => ({ ...item.id, wave: item.wave })),
          },
    ),
    ...(plan.names === undefined ? {} : { names: namesFields(plan.names) }),
  };
}

/** What the plan opens and closes as it was asked for, and without `--prune` also what that would. */
function connectionsOf(
  { connections, connectionsPruned }: Extract<ClusterPlan, { readonly kind: "planned" }>,
  { prune }: { readonly prune: boolean },
): object {
  const asked = prune ? (connectionsPruned ?? connections) : connections;
  return {
    ...(asked === undefined ? {} : { connections: asked }),
    ...(prune || connectionsPruned === undefined ? {} : { connectionsPruned }),
  };
}

/** What others have added to objects, which an apply leaves; left out where that is nothing. */
function addedOf(cluster: Extract<ClusterPlan, { readonly kind: "planned" }>): object {
  const added = additionsIn(cluster);
  return added.length === 0
    ? {}
    : {
        added: added.map(({ id, fields }) => ({
          ...id,
          fields: fields.map(({ path, pointer, value, items, writer }) => ({
            path,
            pointer,
            ...(value === undefined ? {} : { value }),
            ...(items === undefined ? {} : { items }),
            writer,
          })),
        })),
      };
}
