import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { isRouter, sidecarImage } from "../facts/sidecars.ts";

/** Names the pod from which is asked. */
export interface AskedPodName {
  readonly namespace: string;
  readonly name: string;
}

/** A running pod with a sidecar, of somebody's, from which is asked. */
export interface AskedPod {
  readonly one: Connected;
  readonly pod: KubeObject;
  /** Of its sidecar. */
  readonly image: string;
}

/**
 * The pods of that name, mostly one in one cluster. Throws a UserError (exit 3)
 * where no cluster that answers has it (ISM784), and for a pod from which
 * nothing can be asked as a caller inside the mesh (ISM785).
 */
export async function findAskedPods(
  { namespace, name }: AskedPodName,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<readonly AskedPod[]> {
  const pods = await Promise.all(
    connected.map(async (one) => ({
      one,
      pod: await one.client.get({ apiVersion: "v1", kind: "Pod", namespace, name }, { signal }),
    })),
  );
  const found = pods.flatMap(({ one, pod }) => (pod === undefined ? [] : [{ one, pod }]));
  if (found.length === 0) {
    throw new UserError([noSuchPod({ namespace, name }, connected)], exitCodes.findings);
  }
  const judged = found.map(({ one, pod }) => ({ one, pod, reason: whyNot(pod), image: sidecarImage(pod) ?? "" }));
  const unfit = judged.flatMap(({ one, pod, reason }) => (reason === undefined ? [] : [cannotAsk(one, pod, reason)]));
  if (unfit.length > 0) {
    throw new UserError(unfit, exitCodes.findings);
  }
  return judged.map(({ one, pod, image }) => ({ one, pod, image }));
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

function noSuchPod({ namespace, name }: AskedPodName, connected: readonly Connected[]): Diagnostic {
  const [first] = connected;
  const clusters = connected.map(({ cluster }) => cluster.name).join(", ");
  return {
    ...errorOf("ISM784"),
    detail: `There is no pod ${namespace}/${name} in ${clusters === "" ? "any cluster that answers" : clusters}.`,
    fix: `See which pods there are: ${quoteCommand(["kubectl", ...(first === undefined ? [] : ["--context", first.context.context]), "-n", namespace, "get", "pods"])}`,
  };
}

function cannotAsk(
  { cluster }: Connected,
  pod: KubeObject,
  { detail, fix }: Pick<Diagnostic, "detail" | "fix">,
): Diagnostic {
  const { namespace = "default", name } = pod.metadata;
  return {
    ...errorOf("ISM785"),
    detail: `Nothing was asked from pod ${namespace}/${name} of ${cluster.name}: ${detail ?? ""}.`,
    ...(fix === undefined ? {} : { fix }),
    cluster: cluster.name,
    object: { group: "", kind: "Pod", namespace, name },
  };
}
