import { describeId } from "../../model/kube-object.ts";
import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { applyCommand } from "../commands.ts";
import { reachedClusters } from "../reached.ts";
import { appliedObject } from "../subjects.ts";
import { brokenBy } from "../drifted.ts";
import { whyNotCompared } from "../not-compared.ts";
import { isUnfinished } from "./unfinished.ts";

/** How many objects are named. */
const named = 4;

/**
 * What the mesh file asks for and nobody has applied yet: nothing is broken,
 * and whatever is found wrong only because of it is told with it.
 */
export const meshFile: Check = {
  id: "drift/mesh-file",
  sentence: "what the mesh file asks for has been applied",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) => {
    const pending = reachedClusters(facts).flatMap((one) =>
      one.drift?.kind === "compared" && one.drift.applied
        ? one.drift.objects
            .filter(({ state }) => state === "left" || (state === "pending" && !isUnfinished(one)))
            .map((object) => ({ cluster: one.cluster, object }))
        : [],
    );
    const [first] = pending;
    if (first === undefined) {
      return [];
    }
    const clusters = [...new Set(pending.map((one) => one.cluster))];
    // The same objects in all clusters are named once.
    const asked = [
      ...new Set(pending.filter((one) => one.object.state === "pending").map(({ object }) => describeId(object.id))),
    ];
    const left = [
      ...new Set(pending.filter((one) => one.object.state === "left").map(({ object }) => describeId(object.id))),
    ];
    const [only] = clusters.length === 1 ? clusters : [];
    return [
      warning("ISM456", {
        detail: [
          ...(asked.length === 0
            ? []
            : [
                `The mesh file asks for ${name(asked)} otherwise than ${clusters.join(", ")} ${clusters.length === 1 ? "has" : "have"} it, and that was not applied yet.`,
              ]),
          ...(left.length === 0
            ? []
            : [`It asks no longer for ${name(left)}, which ${left.length === 1 ? "is" : "are"} still there.`]),
        ].join(" "),
        fix: `Apply the mesh file${left.length === 0 ? "" : " (--prune deletes what it asks for no longer)"}, or take the change back.`,
        commands: [applyCommand(facts, { ...(only === undefined ? {} : { cluster: only }), prune: left.length > 0 })],
        ...(only === undefined ? {} : { cluster: only }),
        ...(asked.length + left.length === 1 ? { object: first.object.id } : {}),
        explainsErrors: true,
        provenBy: { own: [] },
        breaks: pending.flatMap(({ cluster, object }) => [
          appliedObject(cluster, object.id),
          ...brokenBy(facts, cluster, object),
        ]),
      }),
    ];
  },
};

function name(objects: readonly string[]): string {
  const more = objects.length - named;
  return more > 0 ? `${objects.slice(0, named).join(", ")} and ${more} more` : objects.join(", ");
}
