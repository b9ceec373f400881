import type { GatewayFacts, IstiodFacts } from "../../core/checks/control-plane-facts.ts";
import type { NodeFacts, MissingLog } from "../../core/checks/node-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";

/** As long as the pods themselves had: on a slow machine both are late. */
const defaultAnswerMs = 10_000;

/** One that is late once may only be slow. */
const tries = 2;

interface AskOptions {
  readonly signal: AbortSignal;
  /** How long each answer may take; default 10 s. */
  readonly answerMs?: number;
}

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
  options: AskOptions,
): Promise<readonly NodeFacts[]> {
  const silent = silentPods(found);
  const byNode = new Map(
    found.pods
      .filter(({ metadata }) => silent.has(`${metadata.namespace ?? ""}/${metadata.name}`))
      .map((pod) => [(pod["spec"] as PodSpec | undefined)?.nodeName ?? "", pod] as const),
  );
  const silentNodes = nodes.filter(({ name }) => byNode.has(name));
  const answers = await Promise.all(
    silentNodes.map(
      async ({ name }, index) =>
        [
          name,
          index < mostNodes
            ? await unansweredOf(client, name, byNode.get(name), options)
            : unasked(byNode.get(name), `only ${mostNodes} nodes are asked`),
        ] as const,
    ),
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

function unasked(pod: KubeObject | undefined, why: string): MissingLog {
  const { namespace = "", name = "" } = pod?.metadata ?? {};
  return { pod: `${namespace}/${name}`, log: "unknown", why, kubeletAnswers: false };
}

async function unansweredOf(
  client: KubeClient,
  node: string,
  pod: KubeObject | undefined,
  options: AskOptions,
): Promise<MissingLog | undefined> {
  const { namespace = "", name = "" } = pod?.metadata ?? {};
  const container = (pod?.["spec"] as PodSpec | undefined)?.containers?.[0]?.name ?? "";
  const askLog = async (stop: AbortSignal): Promise<string> =>
    client.podLog({ namespace, pod: name }, { container, tailLines: 1, signal: stop });
  const kubelet = ask(options, async (stop) => client.kubeletConfig(node, { signal: stop }));
  let log = await ask(options, askLog);
  for (let tried = 1; tried < tries && log === "silent"; tried += 1) {
    log = await ask(options, askLog);
  }
  const kubeletAnswers = (await kubelet) === "answered";
  options.signal.throwIfAborted();
  if (log === "answered") {
    return undefined;
  }
  return log === "silent"
    ? { pod: `${namespace}/${name}`, log, kubeletAnswers }
    : { ...unasked(pod, log.refused), kubeletAnswers };
}

/** What comes of a request within its time. */
async function ask(
  { signal, answerMs = defaultAnswerMs }: AskOptions,
  send: (stop: AbortSignal) => Promise<unknown>,
): Promise<"answered" | "silent" | { readonly refused: string }> {
  const late = AbortSignal.timeout(answerMs);
  return send(AbortSignal.any([signal, late])).then(
    () => "answered",
    (error: unknown) => (late.aborted ? "silent" : { refused: (error as Error).message }),
  );
}
