import type { ObjectId } from "../../model/kube-object.ts";
import { cniNamespace } from "../../render/pod-security.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject, newPods, nodes } from "../subjects.ts";
import type { CniAgent } from "../system-facts.ts";

/** What its chart calls it, in every release (istio.io/istio, manifests/charts/istio-cni/templates/daemonset.yaml). */
const agentName = "istio-cni-node";

/**
 * Pods that run keep their redirection; those that start where the agent is
 * not wait in istio-validation and end with an error (measured on Istio 1.31).
 */
export const istioCni: Check = {
  id: "policies/istio-cni",
  sentence: "istio-cni is on every node where sidecars count on it",
  pre: true,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => [
      ...(facts.mesh.istioCni === true && one.system.cni.length === 0 ? [missing(facts, one)] : []),
      ...one.system.cni.filter(({ desired, ready }) => ready < desired).map((agent) => unready(one, agent)),
    ]),
};

function missing(facts: MeshFacts, one: ReachedCluster): Finding {
  const object = { group: "apps", kind: "DaemonSet", namespace: cniNamespace, name: agentName };
  return problem("ISM797", {
    detail: `The mesh file asks for a pod security standard under which istio-cni redirects the pods' connections, and ${one.cluster} has no DaemonSet ${agentName}: pods with a sidecar that start now end with an error in istio-validation.`,
    fix: "Put it back.",
    commands: [applyCommand(facts, { cluster: one.cluster })],
    ...consequences(one, object),
  });
}

function unready(one: ReachedCluster, { namespace, name, desired, ready }: CniAgent): Finding {
  const object = { group: "apps", kind: "DaemonSet", namespace, name };
  return problem("ISM797", {
    detail: `DaemonSet ${namespace}/${name} of ${one.cluster} is ready on ${ready} of ${desired} nodes: pods with a sidecar that start on the others end with an error in istio-validation.`,
    fix: `What its pods say decides what whoever runs the cluster has to do: ${kubectl(one, "-n", namespace, "describe", "pods", "-l", `k8s-app=${name}`)}`,
    ...consequences(one, object),
  });
}

function consequences(one: ReachedCluster, object: ObjectId): Pick<Finding, "cluster" | "object" | "breaks" | "needs"> {
  const { cluster, namespaces } = one;
  return {
    cluster,
    object,
    breaks: namespaces.filter(({ injected }) => injected).map(({ name }) => newPods(cluster, name)),
    needs: [appliedObject(cluster, object), nodes(cluster)],
  };
}
