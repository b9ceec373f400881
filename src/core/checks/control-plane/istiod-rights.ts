import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import { istiodObjects } from "../subjects.ts";

/** What it may not list keeps it from being ready; without TokenReviews it knows no proxy. */
function follows(resources: readonly string[]): string {
  const [listed, proxies] = [resources.some((one) => !isReview(one)), resources.some(isReview)];
  return [
    ...(listed ? ["An istiod that starts so does not become ready, and one that runs goes on with what it knew."] : []),
    ...(proxies ? ["It turns proxies away that connect, since it cannot ask who they are."] : []),
  ].join(" ");
}

function isReview(resource: string): boolean {
  return resource.startsWith("tokenreviews");
}

/** How many kinds are named. */
const named = 4;

/**
 * What the account of an istiod that somebody else has installed may not do:
 * no apply compares its ClusterRole with anything. Of one that isthmus has
 * installed, drift says so.
 */
export const istiodRights: Check = {
  id: "control-plane/istiod-rights",
  sentence: "istiod may read what it goes by",
  pre: true,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const { account = "", lacks = [] } = one.istiodRights ?? {};
      const [first] = lacks;
      if (first === undefined) {
        return [];
      }
      const words = lacks.slice(0, named).map(({ verbs, resource }) => `${verbs.join(" and ")} ${resource}`);
      const more = lacks.length - words.length;
      const proof = kubectl(
        one,
        "auth",
        "can-i",
        first.verbs[0] ?? "list",
        first.resource,
        ...(first.resource === "secrets" ? ["-n", istioNamespace] : []),
        `--as=system:serviceaccount:${istioNamespace}:${account}`,
      );
      return [
        problem("ISM724", {
          detail: `ServiceAccount ${istioNamespace}/${account} of ${one.cluster}, by which istiod works, may not ${words.join(", ")}${more > 0 ? `, and ${more} more` : ""}. ${follows(lacks.map(({ resource }) => resource))}`,
          fix: `Whoever installed Istio has to give its ClusterRole and its binding these rights back, by the tool that installed it, and then restart istiod. Whether it has them: ${proof}`,
          cluster: one.cluster,
          object: { group: "", kind: "ServiceAccount", namespace: istioNamespace, name: account },
          breaks: [istiodObjects(one.cluster)],
        }),
      ];
    }),
};
