import type { GatewayFacts, IstiodFacts } from "../../core/checks/control-plane-facts.ts";
import type { NodeFacts, UnansweredLog } from "../../core/checks/node-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";

/** A kubelet asks its container runtime where a log is, and both answer at once. */
const answerMs = 4000;

/** Nodes that are asked: what stands still on more is told by these. */
const mostNodes = 5;

interface PodSpec {
  readonly nodeName?: string;
  readonly containers?: readonly { readonly name: string }[];
}

/**
 * Adds to nodes what their kubelets leave unanswered, where pods of istiod and
 * of gateways gave no answer within their time: for the log of such a pod the
 * kubelet needs the container runtime and not the pod (kubernetes/kubernetes,
 * pkg/kubelet/kuberuntime, GetContainerLogs). Asks nothing where all answer.
 */
export async function withUnanswered(
  client: KubeClient,
  nodes: readonly NodeFacts[],
  found: {
    readonly istiod: IstiodFacts;
    readonly gateways: readonly GatewayFacts[];
    readonly pods: readonly KubeObject[];
  },
  signal: AbortSignal,
): Promise<readonly NodeFacts[]> {
  const silent = silentPods(found);
  const byNode = new Map(
    found.pods
      .filter(({ metadata }) => silent.has(`${metadata.namespace ?? ""}/${metadata.name}`))
      .map((pod) => [(pod["spec"] as PodSpec | undefined)?.nodeName ?? "", pod] as const),
  );
  const asked = nodes.filter(({ name }) => byNode.has(name)).slice(0, mostNodes);
  const answers = await Promise.all(
    asked.map(async ({ name }) => [name, await unansweredOf(client, name, byNode.get(name), signal)] as const),
  );
  const unanswered = new Map(answers.flatMap(([name, one]) => (one === undefined ? [] : [[name, one] as const])));
  return nodes.map((node) => {
    const one = unanswered.get(node.name);
    return one === undefined ? node : { ...node, unanswered: one };
  });
}

function silentPods({
  istiod,
  gateways,
}: {
  readonly istiod: IstiodFacts;
  readonly gateways: readonly GatewayFacts[];
}): ReadonlySet<string> {
  const all = [
    ...istiod.pods.map((pod) => ({ namespace: istioNamespace, ...pod })),
    ...gateways.flatMap(({ at, pods }) => pods.map((pod) => ({ namespace: at?.namespace ?? istioNamespace, ...pod }))),
  ];
  return new Set(
    all
      .filter(({ problem = "" }) => /no answer within/.test(problem))
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
}

async function unansweredOf(
  client: KubeClient,
  node: string,
  pod: KubeObject | undefined,
  signal: AbortSignal,
): Promise<UnansweredLog | undefined> {
  const { namespace = "", name = "" } = pod?.metadata ?? {};
  const [container] = (pod?.["spec"] as PodSpec | undefined)?.containers ?? [];
  if (container === undefined) {
    return undefined;
  }
  const reference = { namespace, pod: name };
  const [log, kubelet] = await Promise.all([
    ask(signal, async (stop) => client.podLog(reference, { container: container.name, tailLines: 1, signal: stop })),
    ask(signal, async (stop) => client.kubeletConfig(node, { signal: stop })),
  ]);
  signal.throwIfAborted();
  return log === "silent" ? { pod: `${namespace}/${name}`, kubeletAnswers: kubelet === "answered" } : undefined;
}

/** What comes of a request within its time. */
async function ask(
  signal: AbortSignal,
  send: (stop: AbortSignal) => Promise<unknown>,
): Promise<"answered" | "refused" | "silent"> {
  const late = AbortSignal.timeout(answerMs);
  return send(AbortSignal.any([signal, late])).then(
    () => "answered",
    () => (late.aborted ? "silent" : "refused"),
  );
}
