import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import type { NodeFacts } from "../node-facts.ts";
import { reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { nodes } from "../subjects.ts";

/**
 * A container runtime or kubelet that stands still: its node counts as ready
 * for a minute more, and what runs there goes on. Programs that hang
 * themselves have a log that the kubelet hands out all the same. A node that is
 * not ready and whose kubelet says nothing is another finding: it may be gone.
 */
export const runtimesAnswer: Check = {
  id: "access/runtimes-answer",
  sentence: "kubelets and container runtimes answer where pods do not",
  pre: false,
  unseen: notAsked,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => {
      const still = one.nodes.filter(standsStill);
      const all = one.nodes.every((node) => standsStill(node) || !node.ready);
      return still.map(({ name, unanswered }) => {
        const what =
          unanswered?.kubeletAnswers === true
            ? "Its kubelet answers other questions, so that it is the container runtime that stands still."
            : "Its kubelet or its container runtime stands still, or the API server does not reach the kubelet.";
        return problem("ISM764", {
          detail: `Node ${name} of ${one.cluster} gives no answer for pod ${unanswered?.pod ?? ""}, not even its log, for which the pod is not needed. ${what} Containers that run go on; none starts or ends there, and the node is called not ready some time later.`,
          fix: `Whoever runs the nodes of ${one.cluster} has to bring it back, on node ${name}: ${unitsOf(one)}. Restarting istiod or gateways does not help before. What the node says: ${kubectl(one, "describe", "node", name)}`,
          cluster: one.cluster,
          object: { group: "", kind: "Node", name },
          breaks: [runtimes(one.cluster), ...(all ? [nodes(one.cluster)] : [])],
          provenBy: { own: ["nodes"] },
        });
      });
    }),
};

function standsStill({ ready, unanswered }: NodeFacts): boolean {
  return unanswered?.log === "silent" && (ready || unanswered.kubeletAnswers);
}

/** RKE2 and k3s run kubelet and containerd as one program each (https://docs.rke2.io/, https://docs.k3s.io/); else they are units of their own. */
function unitsOf({ kubernetesVersion }: ReachedCluster): string {
  if (kubernetesVersion.includes("+rke2")) {
    return "systemctl restart rke2-agent, or rke2-server on a node of the control plane (its kubelet and containerd; containers go on)";
  }
  if (kubernetesVersion.includes("+k3s")) {
    return "systemctl restart k3s-agent, or k3s on a server (its kubelet and containerd; containers go on)";
  }
  return "systemctl status kubelet and the node's container runtime, and restart the one that stands still (containerd or crio; containers go on)";
}

/** Nodes that were not asked, or not by this account, while pods of theirs gave no answer. */
function notAsked(facts: MeshFacts): readonly string[] {
  return reachedClusters(facts).flatMap(({ cluster, nodes: all }) =>
    all.flatMap(({ name, unanswered }) =>
      unanswered?.log === "unknown"
        ? [
            `whether the container runtime of node ${name} of ${cluster} answers, where pod ${unanswered.pod} does not: ${unanswered.why ?? "not asked"}`,
          ]
        : [],
    ),
  );
}

/** The container runtimes of nodes, by which pods start, end and are asked. */
export function runtimes(cluster: string): Subject {
  return `container runtimes of ${cluster}`;
}
