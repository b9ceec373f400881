import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, restart } from "../commands.ts";
import { meshClusters } from "../reached.ts";
import { injectedNamespace, webhookOf } from "../subjects.ts";

/** East-west gateways pass mTLS on to the pod, which ends nowhere without a sidecar. */
export const sidecars: Check = {
  id: "services/sidecars",
  sentence: "pods of the mesh's services have sidecars",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.services
        .filter((service) => service.withoutSidecar.length > 0)
        .map((service) => {
          const namespace = service.service.slice(0, service.service.indexOf("/"));
          const injected = one.namespaces.find((other) => other.name === namespace)?.injected === true;
          return problem("ISM442", {
            detail: `${service.withoutSidecar.join(", ")} of ${service.service} in ${one.cluster} ${service.withoutSidecar.length === 1 ? "has" : "have"} no sidecar${injected ? ", and were made before injection was switched on or while istiod was away" : `, since namespace ${namespace} does not ask for injection`}. Requests from other networks end there.`,
            fix: `${injected ? "Have" : "Label the namespace again, and have"} the pods made anew. Where a pod itself asks for no sidecar (sidecar.istio.io/inject: "false"), whoever deploys it has to decide.`,
            commands: [
              ...(injected ? [] : [applyCommand(facts, { cluster: one.cluster, force: ["Namespace"] })]),
              restart(one, namespace),
            ],
            cluster: one.cluster,
            object: { group: "", kind: "Namespace", name: namespace },
            // A namespace that does not ask for sidecars is one thing that is wrong, whatever runs there.
            breaks: injected ? [] : [injectedNamespace(one.cluster, namespace)],
            needs: injected ? [webhookOf(one.cluster)] : [injectedNamespace(one.cluster, namespace)],
          });
        }),
    ),
};
