import { describeId } from "../../model/kube-object.ts";
import { describeHold } from "../../plan/pending-deletion.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectlCommand } from "../commands.ts";
import type { DeletedObject } from "../drift-facts.ts";
import { goneParts } from "../drifted.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { whyNotCompared } from "../not-compared.ts";
import { reachedClusters } from "../reached.ts";
import { appliedObject, namespaceOf } from "../subjects.ts";

/**
 * An object that somebody has deleted and that a finalizer holds does its work
 * and takes every write, until it is gone at once with what was written. Of
 * namespaces `access/namespaces-stay` tells.
 */
export const beingDeleted: Check = {
  id: "drift/being-deleted",
  sentence: "no object of the mesh is being deleted",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      (one.drift?.kind === "compared" ? (one.drift.deletions ?? []) : [])
        .filter(({ id }) => id.kind !== "Namespace")
        .map((object) => found(facts, one, object)),
    ),
};

function found(facts: MeshFacts, one: ReachedCluster, object: DeletedObject): Finding {
  const { id, since, finalizers } = object;
  const apply = applyCommand(facts, { cluster: one.cluster });
  return problem("ISM753", {
    detail: `${describeId(id)} of ${one.cluster} was deleted at ${since} and is not gone yet: ${describeHold(object)}. It takes every write meanwhile, an apply too, and what was written goes with it.`,
    ...(finalizers.length === 0
      ? {
          fix: "A deletion cannot be taken back: wait until it is done, and make the object again.",
          commands: [kubectlCommand(one, "wait", id, "--for=delete", "--timeout=5m"), apply],
        }
      : {
          fix: `A deletion cannot be taken back. Whoever works for ${finalizers.map(({ name }) => name).join(" and ")} has to decide: see that it is taken away (its program may have stopped), or, where nobody works for it any more, take it away by hand, and make the object again at once:\n    ${kubectlCommand(one, "patch", id, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')}\n    ${apply}`,
        }),
    cluster: one.cluster,
    object: id,
    breaks: [appliedObject(one.cluster, id), ...goneParts(one.cluster, { id, state: "gone", fields: [] })],
    needs: id.namespace === undefined ? [] : [namespaceOf(one.cluster, id.namespace)],
    provenBy: { own: [] },
  });
}
