import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient, PodPort } from "../../kube/client.ts";
import { isRefusal } from "../../kube/errors.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { AskedPod } from "./asked-pods.ts";
import { forwardPort } from "./forward-port.ts";
import type { VerifyOptions } from "./verification.ts";

/** An ephemeral container in a pod of somebody's. */
export interface ProbeInPod {
  readonly asked: AskedPod;
  /** The container's. */
  readonly name: string;
  /** Where its Envoy's admin page is. */
  readonly admin: PodPort;
}

/** How long one may take to end, also after Ctrl-C. */
const endingMs = 10_000;
/** So long it is tried: one that was just applied starts meanwhile. */
const tryingMs = 6000;
const pollMs = 250;

/**
 * Ends the program of a probe whose apply was sent, started or not: its Envoy is
 * told to quit, as its own end would later. What it returns is why it was not
 * ended (ISM786); nothing where it has ended, or was never there.
 */
export async function endProbe(probe: ProbeInPod, options: VerifyOptions): Promise<readonly Diagnostic[]> {
  const cluster = probe.asked.one.cluster.name;
  const signal = AbortSignal.timeout(endingMs);
  const task = { cluster, task: `ending the probe in ${podOf(probe)}` };
  try {
    await runTask(task, { ...options, signal }, async () => untilEnded(probe, options.now, signal));
    return [];
  } catch (error) {
    const [why] = await diagnoseFailure(error, cluster, "verify");
    return [
      {
        ...warningOf("ISM786"),
        detail: `Container ${probe.name} of pod ${podOf(probe)} in ${cluster} was not ended: ${why?.detail ?? ""} It does nothing, and ends by itself.`,
        cluster,
      },
    ];
  }
}

async function untilEnded(probe: ProbeInPod, now: () => number, signal: AbortSignal): Promise<void> {
  const { client } = probe.asked.one;
  const until = now() + tryingMs;
  for (;;) {
    const pod = await client.get(referenceOf(probe.admin), { signal });
    const { running, terminated } = stateOf(pod, probe.name);
    if (pod === undefined || terminated !== undefined || !isIn(pod, probe.name)) {
      return;
    }
    const hindrance =
      running === undefined ? new Error("it has not started.") : await quit(client, probe.admin, signal);
    if (hindrance === undefined) {
      return;
    }
    if (now() > until || isRefusal(hindrance)) {
      throw hindrance;
    }
    await pause(pollMs, undefined, { signal });
  }
}

/** Why it could not be told. */
async function quit(client: KubeClient, admin: PodPort, signal: AbortSignal): Promise<Error | undefined> {
  const forwarded = await forwardPort(client, admin, signal);
  try {
    await (await request(`${forwarded.origin}/quitquitquit`, { method: "POST", signal })).body.dump();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const why = forwarded.failure() ?? error;
    return why instanceof Error ? why : new Error(String(why));
  } finally {
    await forwarded.close();
  }
}

/** How messages name the pod: `shop/client-1`. */
export function podOf({ admin }: Pick<ProbeInPod, "admin">): string {
  return `${admin.namespace}/${admin.pod}`;
}

export function referenceOf({ namespace, pod }: PodPort): Parameters<KubeClient["get"]>[0] {
  return { apiVersion: "v1", kind: "Pod", namespace, name: pod };
}

export interface ContainerReason {
  readonly reason?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

type ContainerState = Readonly<Partial<Record<"running" | "waiting" | "terminated", ContainerReason>>>;

/** What the kubelet says of a pod's ephemeral container; nothing where it has said nothing yet. */
export function stateOf(pod: KubeObject | undefined, name: string): ContainerState {
  const { ephemeralContainerStatuses = [] } = (pod?.["status"] ?? {}) as {
    readonly ephemeralContainerStatuses?: readonly { readonly name: string; readonly state?: ContainerState }[];
  };
  return ephemeralContainerStatuses.find((one) => one.name === name)?.state ?? {};
}

function isIn(pod: KubeObject, name: string): boolean {
  const { ephemeralContainers = [] } = (pod["spec"] ?? {}) as {
    readonly ephemeralContainers?: readonly { readonly name: string }[];
  };
  return ephemeralContainers.some((one) => one.name === name);
}
