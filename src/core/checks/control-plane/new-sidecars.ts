import { describeId } from "../../model/kube-object.ts";
import type { BareTrial } from "../../plan/plan.ts";
import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { whyNotCompared } from "../not-compared.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { webhookOf } from "../injector-subjects.ts";
import { injectedNamespace } from "../subjects.ts";

/**
 * Webhook, namespace and istiod can be as they should be, and pods get no sidecar all the same: policies and
 * webhooks of others change pods too, and istiod's own can be told to leave some out. A dry-run of a pod tells.
 */
export const newSidecarsCheck: Check = {
  id: "control-plane/new-sidecars",
  sentence: "new pods get a sidecar where their namespace asks for one",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const asking = one.namespaces.filter(({ name, injected }) => injected && name !== istioNamespace);
      const trials = one.drift?.kind === "compared" ? (one.drift.bareTrials ?? []) : [];
      return asking.flatMap(({ name }): readonly Finding[] => {
        const bare = trials.filter(({ id }) => id.namespace === name);
        return bare.length === 0 ? [] : [found(one, name, bare)];
      });
    }),
};

function found(one: ReachedCluster, namespace: string, bare: readonly BareTrial[]): Finding {
  const makers = bare.map(({ id }) => describeId(id));
  const isRefused = bare.every(({ refusal }) => refusal === true);
  const revision = one.namespaces.find(({ name }) => name === namespace)?.labels["istio.io/rev"];
  const isUnserved = revision !== undefined && one.istiod.revisions?.includes(revision) === false;
  const why = isRefused
    ? 'something gives it sidecar.istio.io/inject: "false" on its way, which its template does not have'
    : isUnserved
      ? `the namespace asks for revision ${revision} (istio.io/rev), and the cluster's injection webhooks are for ${(one.istiod.revisions ?? []).join(", ")}`
      : "the injector leaves it out";
  const look = isRefused
    ? `Whoever has put the webhook or the policy there that changes pods has to decide: take namespace ${namespace} out of it, or end it. ${kubectl(one, "get", "mutatingwebhookconfigurations,mutatingadmissionpolicies")}`
    : isUnserved
      ? `Label the namespace with the revision that runs, or install that one. ${kubectl(one, "get", "namespace", namespace, "--show-labels")}`
      : `Whoever has told it so has to decide: its webhooks say which pods they take (namespaceSelector, objectSelector, matchConditions), and its configuration what it does with them (policy, neverInjectSelector). ${kubectl(one, "-n", istioNamespace, "get", "mutatingwebhookconfigurations,configmaps", "-o", "yaml")}`;
  return problem("ISM782", {
    detail: `A new pod of ${makers.join(", ")} in ${one.cluster}, tried by a dry-run, is let in without a sidecar, though namespace ${namespace} asks for one: ${why}. Pods that run go on as they are; those that are made from now on are outside of the mesh, and requests from other networks end there.`,
    fix: `${look} Pods that have none by then have to be made anew.`,
    cluster: one.cluster,
    object: { group: "", kind: "Namespace", name: namespace },
    breaks: [newSidecars(one.cluster, namespace)],
    needs: [webhookOf(one.cluster), injectedNamespace(one.cluster, namespace)],
    provenBy: { own: ["namespaces"] },
  });
}

/** That pods which are made from now on get sidecars where a namespace asks for them. */
export function newSidecars(cluster: string, namespace: string): Subject {
  return `new sidecars in ${namespace} of ${cluster}`;
}
