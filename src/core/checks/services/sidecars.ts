import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl, restart } from "../commands.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { injectedNamespace, sidecarsOf, webhookOf } from "../subjects.ts";

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
          const bare = { one, service, namespace, injected };
          return problem("ISM442", {
            detail: `${service.withoutSidecar.join(", ")} of ${service.service} in ${one.cluster} ${service.withoutSidecar.length === 1 ? "has" : "have"} no sidecar${reasonOf(bare)}. Requests from other networks end there.`,
            ...fixOf(facts, bare),
            cluster: one.cluster,
            object: { group: "", kind: "Namespace", name: namespace },
            // A namespace that does not ask for sidecars is one thing that is wrong, whatever runs there.
            breaks: [
              ...(injected ? [] : [injectedNamespace(one.cluster, namespace)]),
              sidecarsOf(one.cluster, service.service),
            ],
            needs: needsOf(bare),
          });
        }),
    ),
};

interface Bare {
  readonly one: ReachedCluster;
  readonly service: ServiceFacts;
  readonly namespace: string;
  readonly injected: boolean;
}

/** True where every pod without a sidecar asks for none. */
function allRefuse({ withoutSidecar, refusesSidecar = [] }: ServiceFacts): boolean {
  return refusesSidecar.length === withoutSidecar.length;
}

/** Nothing that is missing makes a pod refuse one. */
function needsOf({ one, service, namespace, injected }: Bare): readonly Subject[] {
  if (allRefuse(service)) {
    return [];
  }
  return [injected ? webhookOf(one.cluster) : injectedNamespace(one.cluster, namespace)];
}

function reasonOf({ service, namespace, injected }: Bare): string {
  if (allRefuse(service)) {
    return `, since ${service.withoutSidecar.length === 1 ? "it refuses" : "they refuse"} one (sidecar.istio.io/inject: "false")`;
  }
  return injected
    ? ", and were made before injection was switched on or while istiod was away"
    : `, since namespace ${namespace} does not ask for injection`;
}

function fixOf(
  facts: MeshFacts,
  { one, service, namespace, injected }: Bare,
): { readonly fix: string; readonly commands: readonly string[] } {
  const label = injected ? [] : [applyCommand(facts, { cluster: one.cluster, force: ["Namespace"] })];
  const refusing = [...new Set((service.refusesSidecar ?? []).flatMap(({ deployment = [] }) => deployment))];
  const unrefused = refusing.map((deployment) =>
    kubectl(one, "-n", namespace, "patch", "deployment", deployment, "--type=merge", "-p", withoutRefusal),
  );
  return {
    fix: `${injected ? "" : "Label the namespace again. "}${
      allRefuse(service)
        ? "Take the label or annotation out of the pods' template, also where it is written down, if it is not meant; a service of several networks needs sidecars."
        : "Have the pods made anew."
    }`,
    commands: [...label, ...unrefused, ...(allRefuse(service) ? [] : [restart(one, namespace)])],
  };
}

/** A merge patch takes away what is null. */
const withoutRefusal = JSON.stringify({
  spec: {
    template: {
      metadata: {
        labels: { "sidecar.istio.io/inject": null },
        annotations: { "sidecar.istio.io/inject": null },
      },
    },
  },
});
