import { describeId } from "../../model/kube-object.ts";
import { describeHold, isOfKubernetes } from "../../plan/pending-deletion.ts";
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
  const { id, since } = object;
  return problem("ISM753", {
    detail: `${describeId(id)} of ${one.cluster} was deleted at ${since} and is not gone yet: ${describeHold(object)}. It takes every write meanwhile, an apply too, and what was written goes with it.`,
    ...remedy(facts, one, object),
    cluster: one.cluster,
    object: id,
    breaks: [appliedObject(one.cluster, id), ...goneParts(one.cluster, { id, state: "gone", fields: [] })],
    needs: id.namespace === undefined ? [] : [namespaceOf(one.cluster, id.namespace)],
    provenBy: { own: [] },
  });
}

/** A finalizer of Kubernetes itself is never taken away by hand: a load balancer, or what the object owns, would stay behind. */
function remedy(facts: MeshFacts, one: ReachedCluster, object: DeletedObject): Pick<Finding, "fix" | "commands"> {
  const { id, finalizers } = object;
  const apply = applyCommand(facts, { cluster: one.cluster });
  const wait = kubectlCommand(one, "wait", id, "--for=delete", "--timeout=5m");
  const theirs = finalizers.filter((finalizer) => !isOfKubernetes(finalizer)).map(({ name }) => name);
  const kept = finalizers.filter(isOfKubernetes).map(({ name }) => name);
  if (theirs.length === 0) {
    const stays = kept.length === 0 ? "" : `, for which Kubernetes takes ${kept.join(" and ")} away itself`;
    return {
      fix: `A deletion cannot be taken back: wait until it is done${stays}, and make the object again.`,
      commands: [wait, apply],
    };
  }
  const who = `A deletion cannot be taken back. Whoever works for ${theirs.join(" and ")} has to decide: see that it is taken away (its program may have stopped)`;
  const last = kept.length === 0 ? [] : [wait];
  const patch = JSON.stringify({ metadata: { finalizers: kept.length === 0 ? null : kept } });
  const byHand = [kubectlCommand(one, "patch", id, "--type=merge", "-p", patch), ...last, apply];
  const then = kept.length === 0 ? "at once" : `once Kubernetes has taken ${kept.join(" and ")} away`;
  return {
    fix: `${who}, or, where nobody works for it any more, take it away by hand, and make the object again ${then}:\n    ${byHand.join("\n    ")}`,
  };
}
