import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import { serviceObject } from "../service-object.ts";
import type { Subject } from "../subjects.ts";
import { objectOf, serviceIn, storedWrites } from "../subjects.ts";
import type { WriteHookFacts } from "../webhook-facts.ts";

/** Kubernetes' own controllers are refused as anybody else is, and look as if they did not work. */
export const controllerHooks: Check = {
  id: "control-plane/controller-hooks",
  sentence: "no webhook that does not answer keeps Kubernetes' controllers from their work",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      (one.writeHooks ?? []).flatMap((hook) => {
        const { dead, service = "" } = hook;
        const kept = keptFrom(hook);
        if (kept.length === 0) {
          return [];
        }
        const object = { group: "admissionregistration.k8s.io", kind: hook.kind, name: hook.configuration };
        const by = hook.writer === undefined ? "" : ` (written by ${hook.writer.manager} at ${hook.writer.time})`;
        const why = dead === "no-service" ? "is not there" : "has no ready endpoint";
        return [
          problem("ISM783", {
            detail: `Webhook ${hook.name} of ${hook.kind} ${hook.configuration}${by} has to be asked before ${kept.map((what) => words[what].objects).join(" and ")} are written in ${one.cluster}, and Service ${service}, by which it is asked, ${why}: the API server refuses each write. ${kept.map((what) => words[what].follows).join(" ")}${holdsEndpoints(hook) ? staleWords(one) : ""}`,
            fix: `Whoever runs the webhook has to bring back what answers for it (Service ${service}); where nobody runs it any more, its configuration is left over, and whoever installed it has to delete it: ${kubectlCommand(one, "delete", object)}${holdsEndpoints(hook) ? againWords(one) : ""}`,
            cluster: one.cluster,
            object,
            breaks: [objectOf(one.cluster, object), ...brokenBy(one, hook)],
            provenBy: { own: ["writeHooks"] },
          }),
        ];
      }),
    ),
};

const words = {
  endpoints: {
    objects: "EndpointSlices of the mesh's namespaces",
    follows:
      "Endpoints stay as they are: pods that are gone get requests, which fail, and pods that are new get none, in every cluster.",
  },
  leases: {
    objects: "Leases of nodes and of Kubernetes' controllers",
    follows:
      "Nodes count as not ready when theirs is old, and controllers and schedulers give up their work, while all of them run.",
  },
} as const;

function brokenBy(one: ReachedCluster, { holds = [] }: WriteHookFacts): readonly Subject[] {
  const stale = one.controllers?.endpointsOfNobody ?? [];
  return [
    ...(holds.includes("endpoints") ? stale.map(({ service }) => serviceIn(one.cluster, service)) : []),
    ...(holds.includes("leases") ? [leaseWrites(one.cluster), storedWrites(one.cluster)] : []),
  ];
}

/** What of Kubernetes' own a webhook refuses, since nobody answers for it. */
function keptFrom({ holds = [], dead }: WriteHookFacts): readonly ("endpoints" | "leases")[] {
  return dead === undefined ? [] : holds.filter((what) => what !== "routes");
}

/** Whether controllers may not write the EndpointSlices of the mesh's namespaces for it. */
export function holdsEndpoints(hook: WriteHookFacts): boolean {
  return keptFrom(hook).includes("endpoints");
}

/** Endpoints that are old already. */
function staleWords({ controllers }: ReachedCluster): string {
  const pods = (controllers?.endpointsOfNobody ?? []).map(
    ({ pod, address, service }) => `${pod} (${address}) of ${service}`,
  );
  return pods.length === 0
    ? ""
    : ` There is no pod ${pods.slice(0, 3).join(" and ")} any more, and it is a ready endpoint.`;
}

/**
 * The controller of EndpointSlices doubles its wait with every refusal, up to
 * 1,000 seconds (pkg/controller/endpointslice of Kubernetes, maxSyncBackOff),
 * and each event of a pod is a try more. A change of the Service itself does not wait.
 */
function againWords(one: ReachedCluster): string {
  const services = [...new Set((one.controllers?.endpointsOfNobody ?? []).map(({ service }) => service))];
  const lines = services.slice(0, 3).map((service) => {
    const id = serviceObject(service);
    return `${kubectlCommand(one, "annotate", id, "look-again=now")} && ${kubectlCommand(one, "annotate", id, "look-again-")}`;
  });
  const atOnce = lines.length === 0 ? "" : `, here by ${lines.join(", and ")}`;
  return `. After that Kubernetes' controller tries again at ever longer intervals, up to 1,000 seconds; any change of a Service makes it look at once${atOnce}`;
}

/** That whoever has a Lease may renew it. */
export function leaseWrites(cluster: string): Subject {
  return `renewals of Leases of ${cluster}`;
}
