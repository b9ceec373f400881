import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import { objectOf } from "../subjects.ts";
import type { WriteHookFacts } from "../webhook-facts.ts";

/** Requests go on without it, and no route can be changed: no apply, no shift, no drain. */
export const writeHooks: Check = {
  id: "control-plane/write-hooks",
  sentence: "webhooks that are asked before Istio's objects are written answer",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      (one.writeHooks ?? []).filter(holdsRoutes).flatMap((hook) => {
        const why = whySilent(one, hook);
        if (why === undefined) {
          return [];
        }
        const object = { group: "admissionregistration.k8s.io", kind: hook.kind, name: hook.configuration };
        const by = hook.writer === undefined ? "" : ` (written by ${hook.writer.manager} at ${hook.writer.time})`;
        return [
          problem("ISM593", {
            detail: `Webhook ${hook.name} of ${hook.kind} ${hook.configuration}${by} has to be asked before Istio's routing objects are written in ${one.cluster}, and ${why}: the API server refuses each write, so that no apply, shift or drain changes a route there.`,
            fix: `Whoever runs the webhook has to bring back what answers for it${hook.service === undefined ? "" : ` (Service ${hook.service})`}; where nobody runs it any more, its configuration is left over, and whoever installed it has to delete it: ${kubectlCommand(one, "delete", object)}`,
            cluster: one.cluster,
            object,
            needs: [objectOf(one.cluster, object)],
          }),
        ];
      }),
    ),
};

function holdsRoutes({ holds = ["routes"] }: WriteHookFacts): boolean {
  return holds.includes("routes");
}

function whySilent(one: ReachedCluster, { name, service, dead }: WriteHookFacts): string | undefined {
  switch (dead) {
    case "no-service":
      return `Service ${service ?? ""}, by which it is asked, is not there`;
    case "no-endpoints":
      return `Service ${service ?? ""}, by which it is asked, has no ready endpoint`;
    case undefined: {
      const refusal = refusals(one).find((words) => words.includes(`failed calling webhook "${name}"`));
      return refusal === undefined ? undefined : `the API server gets no answer (${refusal})`;
    }
  }
}

/** What the API server has said to dry runs of an apply. */
function refusals({ drift }: ReachedCluster): readonly string[] {
  return drift?.kind === "compared"
    ? [
        ...drift.objects.flatMap(({ refusal }) => refusal ?? []),
        ...drift.unknown.map(({ reason }) => reason),
        ...(drift.refusedWrites ?? []).map(({ says }) => says),
      ]
    : [];
}
