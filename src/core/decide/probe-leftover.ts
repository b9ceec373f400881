import type { KubeObject } from "../model/kube-object.ts";
import { probeMakerAnnotation } from "../render/probe-pod.ts";

/** After the kubelet was to end a pod, and for clocks that differ. */
const graceMs = 60_000;

/**
 * True for a probe pod that nobody uses any more: it has ended, its time is
 * over, or the process that made it has ended without deleting it. `now` is in
 * milliseconds since the epoch; `hasEnded` is true only of a process that is
 * known to have ended.
 */
export function isLeftover(pod: KubeObject, now: number, hasEnded: (maker: string) => boolean): boolean {
  const { deletionTimestamp, creationTimestamp, annotations } = pod.metadata;
  if (deletionTimestamp !== undefined) {
    return false;
  }
  const { phase } = (pod["status"] ?? {}) as { readonly phase?: string };
  const { activeDeadlineSeconds = 0 } = pod["spec"] as { readonly activeDeadlineSeconds?: number };
  const maker = annotations?.[probeMakerAnnotation];
  return (
    phase === "Failed" ||
    phase === "Succeeded" ||
    Date.parse(String(creationTimestamp)) + activeDeadlineSeconds * 1000 + graceMs < now ||
    (maker !== undefined && hasEnded(maker))
  );
}
