import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl } from "../commands.ts";
import { reachedClusters } from "../reached.ts";
import { namespaceOf, newPods } from "../subjects.ts";

/**
 * A namespace that was deleted takes everything in it along, and nothing can be
 * made in it until it is gone, which it never is while an object in it has a
 * finalizer that nobody takes away.
 */
export const namespacesStay: Check = {
  id: "access/namespaces-stay",
  sentence: "no namespace of the mesh is being deleted",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      one.namespaces.flatMap(({ name, deletion }) => {
        if (deletion === undefined) {
          return [];
        }
        const { since, waitsFor } = deletion;
        const get = kubectl(one, "get", "namespace", name, "-o", "jsonpath={.status.conditions}");
        const wait = kubectl(one, "wait", "--for=delete", `namespace/${name}`, "--timeout=5m");
        return [
          problem("ISM760", {
            detail: `Namespace ${name} of ${one.cluster} was deleted at ${since} and is not gone yet: everything in it goes, and the API server refuses whatever an apply would put there.${waitsFor === "" ? "" : ` It waits for what is left: ${waitsFor}.`}`,
            ...(waitsFor === ""
              ? {
                  fix: "A deletion cannot be taken back: wait until it is done, and make everything again.",
                  commands: [wait, applyCommand(facts, { cluster: one.cluster })],
                }
              : {
                  fix: `A deletion cannot be taken back, and this one does not end by itself: whoever runs what set the finalizers has to see that it takes them away (or, where it is gone for good, take them away by hand). Then ${applyCommand(facts, { cluster: one.cluster })} makes everything again. What it waits for: ${get}`,
                }),
            cluster: one.cluster,
            object: { group: "", kind: "Namespace", name },
            breaks: [namespaceOf(one.cluster, name), newPods(one.cluster, name)],
          }),
        ];
      }),
    ),
};
