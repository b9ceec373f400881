import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
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
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      one.nodes.flatMap(({ name, ready, unanswered }) => {
        if (unanswered === undefined || (!ready && !unanswered.kubeletAnswers)) {
          return [];
        }
        const what = unanswered.kubeletAnswers
          ? "Its kubelet answers other questions, so that it is the container runtime that stands still."
          : "Its kubelet or its container runtime stands still, or the API server does not reach the kubelet.";
        return [
          problem("ISM764", {
            detail: `Node ${name} of ${one.cluster} gives no answer for pod ${unanswered.pod}, not even its log, for which the pod is not needed. ${what} Containers that run go on; none starts or ends there, and the node is called not ready some time later.`,
            fix: `Whoever runs the nodes of ${one.cluster} has to bring it back, on node ${name}: systemctl status containerd kubelet; systemctl restart containerd (containers go on). Restarting istiod or gateways does not help before. What the node says: ${kubectl(one, "describe", "node", name)}`,
            cluster: one.cluster,
            object: { group: "", kind: "Node", name },
            breaks: [runtimes(one.cluster), nodes(one.cluster)],
            provenBy: { own: ["nodes"] },
          }),
        ];
      }),
    ),
};

/** The container runtimes of nodes, by which pods start, end and are asked. */
export function runtimes(cluster: string): Subject {
  return `container runtimes of ${cluster}`;
}
