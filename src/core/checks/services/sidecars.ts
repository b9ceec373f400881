import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl, restart } from "../commands.ts";
import { newSidecars } from "../control-plane/new-sidecars.ts";
import type { MeshFacts, ReachedCluster, ServiceFacts } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { webhookOf } from "../injector-subjects.ts";
import { appliedObject, injectedNamespace, sidecarsOf } from "../subjects.ts";

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
          const space = one.namespaces.find((other) => other.name === namespace);
          const revision = space?.labels["istio.io/rev"];
          const served = one.istiod.revisions;
          const unserved = revision !== undefined && served?.includes(revision) === false ? revision : undefined;
          const injected = space?.injected === true && unserved === undefined;
          const bare = { one, service, namespace, injected, unserved };
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
  /** The revision that the namespace asks for, where no webhook of the cluster is for it. */
  readonly unserved: string | undefined;
}

/** True where every pod without a sidecar asks for none. */
function allRefuse({ withoutSidecar, refusesSidecar = [] }: ServiceFacts): boolean {
  return refusesSidecar.length === withoutSidecar.length;
}

/** True where every pod without a sidecar is on its node's network, where Istio's webhook adds none (istio.io/istio, pkg/kube/inject/inject.go). */
function allOnHost({ withoutSidecar, bare = [] }: ServiceFacts): boolean {
  return bare.filter(({ hostNetwork }) => hostNetwork === true).length === withoutSidecar.length;
}

/** Nothing that is missing makes a pod refuse one. */
function needsOf({ one, service, namespace, injected }: Bare): readonly Subject[] {
  if (allRefuse(service)) {
    return [];
  }
  if (allOnHost(service)) {
    const deployments = new Set((service.bare ?? []).flatMap(({ deployment }) => deployment ?? []));
    return [...deployments].map((name) =>
      appliedObject(one.cluster, { group: "apps", kind: "Deployment", namespace, name }),
    );
  }
  return injected
    ? [webhookOf(one.cluster), newSidecars(one.cluster, namespace)]
    : [injectedNamespace(one.cluster, namespace)];
}

function reasonOf({ one, service, namespace, injected, unserved }: Bare): string {
  if (!allRefuse(service) && allOnHost(service)) {
    return `, since ${service.withoutSidecar.length === 1 ? "it is" : "they are"} on the node's network (hostNetwork), where Istio adds none`;
  }
  if (!allRefuse(service) && unserved !== undefined) {
    return `, since namespace ${namespace} asks for revision ${unserved} (istio.io/rev), and the cluster's injection webhooks are for ${(one.istiod.revisions ?? []).join(", ")}`;
  }
  if (allRefuse(service)) {
    return `, since ${service.withoutSidecar.length === 1 ? "it refuses" : "they refuse"} one (sidecar.istio.io/inject: "false")`;
  }
  return injected
    ? ", and were made before injection was switched on or while istiod was away"
    : `, since namespace ${namespace} does not ask for injection`;
}

function fixOf(facts: MeshFacts, bare: Bare): { readonly fix: string; readonly commands: readonly string[] } {
  const { one, service, namespace, injected } = bare;
  if (allRefuse(service)) {
    return {
      fix: "Take the label or annotation out of the pods' template, also where it is written down, if it is not meant; a service of several networks needs sidecars.",
      commands: patchesOf(bare, service.refusesSidecar ?? [], withoutRefusal),
    };
  }
  if (allOnHost(service)) {
    return {
      fix: "Take hostNetwork out of the pods' template, also where it is written down, if it is not meant; a service of several networks needs sidecars.",
      commands: patchesOf(bare, service.bare ?? [], withoutHostNetwork),
    };
  }
  return {
    fix: `${injected ? "" : "Label the namespace again. "}Have the pods made anew.`,
    commands: [
      ...(injected ? [] : [applyCommand(facts, { cluster: one.cluster, force: ["Namespace"] })]),
      ...patchesOf(bare, service.refusesSidecar ?? [], withoutRefusal),
      ...madeAnew(one, namespace, service),
    ],
  };
}

interface MadePod {
  readonly deployment?: string;
}

function patchesOf({ one, namespace }: Bare, pods: readonly MadePod[], patch: string): readonly string[] {
  return [...new Set(pods.flatMap(({ deployment }) => deployment ?? []))].map((deployment) =>
    kubectl(one, "-n", namespace, "patch", "deployment", deployment, "--type=merge", "-p", patch),
  );
}

/** Their own Deployments alone are restarted: others of the namespace may be well, and would lose what keeps them so. */
function madeAnew(one: ReachedCluster, namespace: string, { bare = [] }: ServiceFacts): readonly string[] {
  const deployments = [...new Set(bare.flatMap(({ deployment }) => deployment ?? []))];
  const others = bare.filter(({ deployment }) => deployment === undefined).map(({ pod }) => pod);
  return bare.length === 0
    ? [restart(one, namespace)]
    : [
        ...(deployments.length === 0 ? [] : [restart(one, namespace, ...deployments)]),
        ...(others.length === 0 ? [] : [kubectl(one, "-n", namespace, "delete", "pod", ...others)]),
      ];
}

/** A merge patch takes away what is null. */
const withoutHostNetwork = JSON.stringify({ spec: { template: { spec: { hostNetwork: null } } } });

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
