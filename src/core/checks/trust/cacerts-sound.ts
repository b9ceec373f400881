import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, restartAll } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { istioNamespaceOf, reachedClusters } from "../reached.ts";
import { cacerts, signing } from "../subjects.ts";

const object = { group: "", kind: "Secret", namespace: "istio-system", name: "cacerts" };

const consequences = {
  istiod:
    "istiod does not start with it; one that runs goes on with what it had when it started, and nothing shows until it is restarted.",
  proxies: "istiod starts with it, and the proxies of every cluster refuse what it signs.",
};

/** istiod does not start with parts that do not fit, and without any it makes a root for itself. */
export const cacertsSound: Check = {
  id: "trust/cacerts-sound",
  sentence: "every cluster has cacerts that hold together",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      if (one.authority.kind === "present" || (one.authority.kind === "missing" && one.istiod.desired === undefined)) {
        return [];
      }
      const isTheirs = facts.mesh.install === "existing";
      if (isTheirs && one.authority.kind === "missing" && sharesRoots(facts, one)) {
        // Another authority than the Secret may sign, such as one beside istiod.
        return [];
      }
      const detail =
        one.authority.kind === "broken"
          ? `In Secret istio-system/cacerts of ${one.cluster}, ${one.authority.flaw}. ${consequences[one.authority.effect]}`
          : `${one.cluster} has an istiod and no Secret istio-system/cacerts, so istiod signs with a root of its own making, which no other cluster trusts.`;
      const fix = isTheirs
        ? "Whoever installs Istio has to decide: give every istiod an intermediate under one root (https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/)."
        : one.authority.kind === "broken"
          ? "Whoever has made the Secret has to repair it. Where nobody needs it any more, delete it and run isthmus apply, which issues a new intermediate."
          : "Have isthmus issue one, then restart istiod, and when it hands out its new root what has certificates of the old one.";
      return [
        problem("ISM415", {
          detail,
          fix,
          ...(one.authority.kind === "missing" && !isTheirs
            ? { commands: [applyCommand(facts, { cluster: one.cluster }), ...restartAll(facts, one)] }
            : {}),
          cluster: one.cluster,
          object,
          breaks: [
            cacerts(one.cluster),
            ...(one.authority.kind === "broken" && one.authority.effect === "istiod" ? [signing(one.cluster)] : []),
          ],
        }),
      ];
    }),
};

/** True where every cluster that says its roots has one in common with this one's. */
function sharesRoots(facts: MeshFacts, one: ReachedCluster): boolean {
  const own = istioNamespaceOf(one)?.roots ?? [];
  return reachedClusters(facts).every((other) => {
    const roots = istioNamespaceOf(other)?.roots ?? [];
    return roots.length === 0 || roots.some((root) => own.includes(root));
  });
}
