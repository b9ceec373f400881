import type { ObjectId } from "../../model/kube-object.ts";
import { cniNamespace } from "../../render/pod-security.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { applyCommand, kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { appliedObject, newPods, nodes } from "../subjects.ts";
import type { CniAgent } from "../system-facts.ts";

/** What its chart calls it, in every release (istio.io/istio, manifests/charts/istio-cni/templates/daemonset.yaml). */
const agentName = "istio-cni-node";

/** The label of its pods and of the DaemonSet itself, whatever that is called (the same template). */
const agentLabel = "k8s-app=istio-cni-node";

/**
 * Pods that run keep their redirection; those that start where the agent is
 * not wait in istio-validation and end with an error (measured on Istio 1.31).
 */
export const istioCni: Check = {
  id: "policies/istio-cni",
  sentence: "istio-cni is on every node where sidecars count on it",
  pre: true,
  unseen: (facts) =>
    clustersWithAgents(facts).flatMap(({ cluster, system }) =>
      system.cni
        .filter(({ desired }) => desired === 0)
        .map(
          ({ namespace, name }) => `DaemonSet ${namespace}/${name} of ${cluster} does not say on how many nodes it is`,
        ),
    ),
  run: (facts) =>
    clustersWithAgents(facts).flatMap((one) =>
      one.system.cni.length === 0
        ? [missing(facts, one)]
        : one.system.cni.flatMap((agent) => [
            ...(agent.ready < agent.desired ? [unready(one, agent)] : []),
            ...(agent.desired > 0 && agent.desired < nodesForPods(one) ? [leftOut(one, agent)] : []),
          ]),
    ),
};

/** Clusters whose pods count on istio-cni; where they do not, its agents are somebody else's. */
function clustersWithAgents(facts: MeshFacts): readonly ReachedCluster[] {
  return facts.mesh.istioCni === true ? meshClusters(facts) : [];
}

function nodesForPods({ nodes: all }: ReachedCluster): number {
  return all.filter(({ ready, cordoned }) => ready && cordoned !== true).length;
}

function missing(facts: MeshFacts, one: ReachedCluster): Finding {
  const object = { group: "apps", kind: "DaemonSet", namespace: cniNamespace, name: agentName };
  return problem("ISM797", {
    detail: `The mesh file asks for a pod security standard under which istio-cni redirects the pods' connections, and ${one.cluster} has no DaemonSet ${agentName}: pods with a sidecar that start now end with an error in istio-validation.`,
    fix: "Put it back.",
    commands: [applyCommand(facts, { cluster: one.cluster })],
    ...consequences(one, object),
  });
}

function unready(one: ReachedCluster, { namespace, name, desired, ready, updated }: CniAgent): Finding {
  // While it is rolled out the plugin of the agent before stays on the node and has pods wait for the next one.
  const say = updated < desired ? warning : problem;
  return say("ISM797", {
    detail: `DaemonSet ${namespace}/${name} of ${one.cluster} is ready on ${ready} of ${desired} nodes: pods with a sidecar that start on the others wait, or end with an error in istio-validation.`,
    fix: `What its pods say decides what whoever runs the cluster has to do: ${kubectl(one, "-n", namespace, "describe", "pods", "-l", agentLabel)}`,
    ...consequences(one, { group: "apps", kind: "DaemonSet", namespace, name }),
  });
}

function leftOut(one: ReachedCluster, { namespace, name, desired }: CniAgent): Finding {
  return warning("ISM797", {
    detail: `DaemonSet ${namespace}/${name} of ${one.cluster} is meant for ${desired} of ${nodesForPods(one)} nodes that take pods: pods with a sidecar that start on the others end with an error in istio-validation.`,
    fix: `Whoever runs the cluster has to decide: let its nodeSelector, affinity and tolerations take every node on which pods of the mesh can come. ${kubectl(one, "-n", namespace, "get", "daemonset", name, "-o", "yaml")}`,
    cluster: one.cluster,
    object: { group: "apps", kind: "DaemonSet", namespace, name },
    needs: [appliedObject(one.cluster, { group: "apps", kind: "DaemonSet", namespace, name })],
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
