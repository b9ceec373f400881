import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { isRouter, sidecarImage } from "../facts/sidecars.ts";
import type { RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";
import type { UnreadCluster } from "./unread-clusters.ts";
import { describeUnread } from "./unread-clusters.ts";

/** Names the pod from which is asked. */
export interface AskedPodName {
  readonly namespace: string;
  readonly name: string;
}

/** A pod of somebody's, from which is asked. */
export interface AskedPod {
  readonly one: Connected;
  readonly pod: KubeObject;
  /** Of its sidecar; empty where it has none. */
  readonly image: string;
  /** Why nothing can be asked from it (ISM785), where one of that name in another cluster can ask. */
  readonly unfit?: Diagnostic;
}

/** Where there are pods of that name, and where nobody could look. */
export interface AskedPods {
  readonly pods: readonly AskedPod[];
  readonly unread: readonly UnreadCluster[];
}

type Look = { readonly kind: "read"; readonly one: Connected; readonly pod: KubeObject | undefined } | UnreadCluster;

/**
 * The pods of that name, mostly one in one cluster. A cluster that cannot be
 * looked into is named, and the others are looked into all the same. Throws a
 * UserError (exit 3) where no pod of that name was found (ISM784), and where
 * nothing can be asked as a caller inside the mesh from any of them (ISM785);
 * the clusters of which it is not known are in it, those of `unreachable` too.
 */
export async function findAskedPods(
  name: AskedPodName,
  {
    connected,
    unreachable,
  }: { readonly connected: readonly Connected[]; readonly unreachable: readonly Omit<UnreadCluster, "kind">[] },
  options: RunOptions,
): Promise<AskedPods> {
  const looks = await Promise.all(connected.map(async (one) => look(one, name, options)));
  const unread = looks.filter((one) => one.kind !== "read");
  const unknown = [...unreachable, ...unread].map(({ diagnostic }) => diagnostic);
  const judged = looks.flatMap((one) => {
    if (one.kind !== "read" || one.pod === undefined) {
      return [];
    }
    const reason = whyNot(one.pod);
    return [{ one: one.one, pod: one.pod, image: sidecarImage(one.pod) ?? "", reason }];
  });
  if (judged.length === 0) {
    const read = looks.flatMap((one) => (one.kind === "read" ? [one.one] : []));
    const others = [...unreachable, ...unread].map(({ cluster }) => cluster);
    throw new UserError([noSuchPod(name, read, others), ...unknown], exitCodes.findings);
  }
  const pods = judged.map(({ reason, ...asked }): AskedPod =>
    reason === undefined ? asked : { ...asked, unfit: cannotAsk(asked, reason) },
  );
  const unfit = pods.flatMap((one) => (one.unfit === undefined ? [] : [one.unfit]));
  if (unfit.length === pods.length) {
    throw new UserError([...unfit.map((one) => ({ ...one, ...errorOf("ISM785") })), ...unknown], exitCodes.findings);
  }
  return { pods, unread };
}

/** Rejects only when the signal fires. */
async function look(one: Connected, { namespace, name }: AskedPodName, options: RunOptions): Promise<Look> {
  const cluster = one.cluster.name;
  const { signal } = options;
  try {
    const pod = await runTask({ cluster, task: `looking for pod ${namespace}/${name}` }, options, async () =>
      one.client.get({ apiVersion: "v1", kind: "Pod", namespace, name }, { signal }),
    );
    return { kind: "read", one, pod };
  } catch (error) {
    signal.throwIfAborted();
    const unknown = `Whether ${cluster} has a pod ${namespace}/${name} is not known, so nothing was asked there`;
    return describeUnread(error, cluster, unknown);
  }
}

/** Why nothing that is asked from this pod would show what callers inside the mesh get. */
function whyNot(pod: KubeObject): Pick<Diagnostic, "detail" | "fix"> | undefined {
  const another = "Name a pod of the caller that has one, or leave out --from: a probe pod asks then.";
  const { phase = "Unknown" } = (pod["status"] ?? {}) as { readonly phase?: string };
  if (pod.metadata["deletionTimestamp"] !== undefined || phase !== "Running") {
    const state = phase === "Running" ? "being deleted" : phase;
    return { detail: `it is ${state}, and only a running pod sends requests`, fix: "Name a pod that is running." };
  }
  if (sidecarImage(pod) === undefined) {
    return {
      detail: "it has no sidecar (container istio-proxy), so its requests do not go by the mesh's routes",
      fix: `${another} isthmus check names pods of the mesh's services that lack theirs.`,
    };
  }
  if (isRouter(pod)) {
    return { detail: "its proxy is a gateway, which takes no requests of its own pod", fix: another };
  }
  return undefined;
}

function noSuchPod(
  { namespace, name }: AskedPodName,
  read: readonly Connected[],
  others: readonly string[],
): Diagnostic {
  const [first] = read;
  const clusters = read.map(({ cluster }) => cluster.name).join(", ");
  const unknown = others.length === 0 ? "" : ` Not known of ${others.join(", ")}: nobody could look there.`;
  return {
    ...errorOf("ISM784"),
    detail: `There is no pod ${namespace}/${name} in ${clusters === "" ? "any cluster that answers" : clusters}.${unknown}`,
    fix: `See which pods there are: ${quoteCommand(["kubectl", ...(first === undefined ? [] : ["--context", first.context.context]), "-n", namespace, "get", "pods"])}`,
  };
}

function cannotAsk(
  { one: { cluster }, pod }: Pick<AskedPod, "one" | "pod">,
  { detail, fix }: Pick<Diagnostic, "detail" | "fix">,
): Diagnostic {
  const { namespace = "default", name } = pod.metadata;
  return {
    ...warningOf("ISM785"),
    detail: `Nothing was asked from pod ${namespace}/${name} of ${cluster.name}: ${detail ?? ""}.`,
    ...(fix === undefined ? {} : { fix }),
    cluster: cluster.name,
    object: { group: "", kind: "Pod", namespace, name },
  };
}
