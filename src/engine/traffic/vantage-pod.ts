import { randomUUID } from "node:crypto";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { VantageTarget } from "../../core/render/vantage-pod.ts";
import { renderVantagePod, targetsPerVantage, vantagePort } from "../../core/render/vantage-pod.ts";
import { markProcess } from "../../files/process-mark.ts";
import { letEnd } from "../../kube/let-end.ts";
import { waitUntilReady } from "../../kube/readiness/wait.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { RunOptions } from "../options.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { ForwardedPort } from "./forward-port.ts";
import { forwardPort } from "./forward-port.ts";
import { deleteLeftovers } from "./probe-leftovers.ts";

/** A place inside a cluster from which ingress addresses are asked. */
export interface Vantage {
  readonly cluster: string;
  /** Where on this machine the target is asked as from there: `127.0.0.1:40123`; undefined for a target that it was not made for. */
  readonly originOf: (target: VantageTarget) => string | undefined;
  /** Milliseconds since the epoch at which the first of its pods ends by itself. */
  readonly endsAt: number;
  /** Ends the ports and deletes the pods, also after an interruption. Never rejects: a pod that stays ends by itself. */
  readonly close: () => Promise<void>;
}

export interface VantagePlan {
  readonly one: Connected;
  readonly mesh: Mesh;
  readonly targets: readonly VantageTarget[];
  readonly timeoutSeconds: number;
}

/** A run that was killed leaves a pod for so long at most. */
const activeSeconds = 3600;
/** How long its making and its deletion may take. */
const startMs = 60_000;
const deletionMs = 10_000;

/** A pod with what it carries connections to. */
interface VantagePod {
  readonly pod: KubeObject;
  readonly targets: readonly VantageTarget[];
}

/**
 * Makes a pod for each hundred targets in the namespace of the ingress gateway, out of the gateway's own
 * image, and a port of this machine for each target (docs/adr/0032). What
 * hinders it is returned (ISM640): a cluster without such a place is no reason to end
 * anything. Rejects only when the signal fires.
 */
export async function openVantage(
  plan: VantagePlan,
  options: RunOptions,
): Promise<Vantage | { readonly unmade: Diagnostic }> {
  const cluster = plan.one.cluster.name;
  try {
    await deleteLeftovers(plan.one, { mesh: plan.mesh.name, namespaces: [istioNamespace] }, options);
    const pods = await runTask({ cluster, task: "starting a pod to ask addresses from" }, options, async () =>
      makePods(plan, options),
    );
    return await forwardAll(plan.one, pods, options);
  } catch (error) {
    options.signal.throwIfAborted();
    const [why] = await diagnoseFailure(error, cluster, "dns sync");
    return {
      unmade: {
        ...warningOf("ISM640"),
        detail: `No address was asked from inside ${cluster}: ${why?.detail ?? (error as Error).message}`,
        fix: "Give this account the rights to create, delete and list pods and to forward their ports in istio-system, or go on with the places that are left: two are needed for an address to leave a name.",
        cluster,
      },
    };
  }
}

/** All of them or none. */
async function makePods(plan: VantagePlan, options: RunOptions): Promise<readonly VantagePod[]> {
  const parts = Array.from({ length: Math.ceil(plan.targets.length / targetsPerVantage) }, (_, part) =>
    plan.targets.slice(part * targetsPerVantage, (part + 1) * targetsPerVantage),
  );
  const all = await Promise.allSettled(
    parts.map(async (targets) => ({ pod: await makePod({ ...plan, targets }, options), targets })),
  );
  const made = all.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = all.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    await Promise.all(made.map(async ({ pod }) => deletePod(plan.one, pod)));
    throw failed.reason;
  }
  return made;
}

async function makePod({ one, mesh, targets, timeoutSeconds }: VantagePlan, options: RunOptions): Promise<KubeObject> {
  const { client } = one;
  const image = await gatewayImage(one, mesh, options.signal);
  const maker = markProcess(process.pid);
  const rendered = renderVantagePod(
    {
      mesh,
      namespace: istioNamespace,
      name: `isthmus-probe-${randomUUID().slice(0, 8)}`,
      image,
      activeSeconds,
      ...(maker === undefined ? {} : { maker }),
    },
    targets,
    timeoutSeconds,
  );
  const { signal } = options;
  try {
    const pod = await letEnd(signal, async (late) => client.apply(rendered, { signal: late }));
    const timeoutMs = Math.min(startMs, options.timeoutMs);
    await waitUntilReady(client, [referenceOf(pod)], { timeoutMs, signal, onPending: () => {} });
    return pod;
  } catch (error) {
    // Also where no answer came: the pod may be there.
    await deletePod(one, rendered);
    throw error;
  }
}

/** What the gateway runs is on a node already, or can be pulled there, whatever the registry. */
async function gatewayImage({ client }: Connected, { istio }: Mesh, signal: AbortSignal): Promise<string> {
  const pods = await client.list(
    { apiVersion: "v1", kind: "Pod", namespace: istioNamespace, labelSelector: "istio=ingressgateway" },
    { signal },
  );
  const images = pods.flatMap((pod) => {
    const { containers = [] } = pod["spec"] as { readonly containers?: readonly { name: string; image?: string }[] };
    return containers.flatMap(({ name, image }) => (name === "istio-proxy" ? (image ?? []) : []));
  });
  return images[0] ?? `${istio.hub ?? "docker.io/istio"}/proxyv2:${istio.version}`;
}

async function forwardAll(one: Connected, pods: readonly VantagePod[], options: RunOptions): Promise<Vantage> {
  const ports = new Map<string, ForwardedPort>();
  const close = async (): Promise<void> => {
    await Promise.all([...ports.values()].map(async (port) => port.close()));
    await Promise.all(pods.map(async ({ pod }) => deletePod(one, pod)));
  };
  try {
    for (const { pod, targets } of pods) {
      for (const [place, target] of targets.entries()) {
        const to = { namespace: istioNamespace, pod: pod.metadata.name, port: vantagePort(place) };
        ports.set(keyOf(target), await forwardPort(one.client, to, options.signal));
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    cluster: one.cluster.name,
    originOf: (target) => ports.get(keyOf(target))?.origin.replace(/^http:\/\//, ""),
    endsAt: options.now() + activeSeconds * 1000,
    close,
  };
}

async function deletePod({ client }: Connected, pod: KubeObject): Promise<void> {
  await client.delete(referenceOf(pod), { signal: AbortSignal.timeout(deletionMs) }).catch(() => undefined);
}

function keyOf({ address, port }: VantageTarget): string {
  return `${address} ${port}`;
}
