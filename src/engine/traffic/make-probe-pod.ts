import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh, Service } from "../../core/model/mesh.ts";
import { compilePolicies, isolatingPolicies } from "../../core/policies/network-policy.ts";
import { probeAdminPort, renderProbePod } from "../../core/render/probe-pod.ts";
import { markProcess } from "../../files/process-mark.ts";
import type { PodPort } from "../../kube/client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { isRefusal, KubeError } from "../../kube/errors.ts";
import { letEnd } from "../../kube/let-end.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import { waitUntilReady, WaitTimeoutError } from "../../kube/readiness/wait.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { readNetworkPolicies } from "../facts/read-network-policies.ts";
import { sidecarImage } from "../facts/sidecars.ts";
import type { RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";
import { untilLookedUp } from "./until-looked-up.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

/** A probe pod to be made in one cluster. */
export interface ProbePlan {
  readonly one: Connected;
  readonly mesh: Mesh;
  readonly namespace: string;
  readonly name: string;
  readonly services: readonly Service[];
  /** How long the kubelet lets it live, in seconds. */
  readonly activeSeconds: number;
}

/** Undefined: it is there and ready. Otherwise why nothing can be asked from inside (ISM570). */
export type ProbeState = Diagnostic | undefined;

/** An Envoy with so few settings starts in a second; a busy machine may take longer. */
const startMs = 20_000;
const pollMs = 250;

/**
 * Makes a probe pod and waits until it can be asked. Whatever hinders it is
 * returned as the reason: refused, without a sidecar, not ready in time.
 * Rejects only when the signal fires.
 */
export async function makeProbePod(plan: ProbePlan, options: RunOptions): Promise<ProbeState> {
  const { one, namespace } = plan;
  const task = `starting a probe pod in ${namespace}`;
  let state: ProbeState;
  try {
    await runTask({ cluster: one.cluster.name, task }, options, async (note) => {
      state = await explained(plan, options, async () => make(plan, note, options));
      if (state !== undefined) {
        // Nobody may take the task for done.
        throw new UserError([state], exitCodes.findings);
      }
    });
  } catch (error) {
    options.signal.throwIfAborted();
    if (state === undefined) {
      throw error;
    }
  }
  return state;
}

/** What the cluster, or the way to it, did not let through is a reason; an interruption and a mistake of ours are not. */
async function explained(
  plan: ProbePlan,
  { signal }: RunOptions,
  work: () => Promise<ProbeState>,
): Promise<ProbeState> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const { detail, fix } = await diagnoseKubeError(error, plan.one.cluster.name);
    return unmade(plan, detail, isRefusal(error) ? fixRefusal(plan) : fix);
  }
}

async function make(plan: ProbePlan, note: (text: string) => void, options: RunOptions): Promise<ProbeState> {
  const { one, namespace, name, services } = plan;
  const { client } = one;
  const { signal } = options;
  // What admission makes of it tells the image of the sidecars in this namespace, which is certainly there to be pulled.
  const admitted = await client.apply(podOf(plan, usualImage(plan.mesh)), { dryRun: true, signal });
  const image = sidecarImage(admitted);
  if (image === undefined) {
    return withoutSidecar(plan);
  }
  const pod = await letEnd(signal, async (late) => client.apply(podOf(plan, image), { signal: late }));
  try {
    await waitUntilReady(client, [referenceOf(pod)], {
      timeoutMs: options.timeoutMs,
      signal,
      onPending: ([pending]) => (pending === undefined ? undefined : note(pending.reason)),
    });
  } catch (error) {
    if (error instanceof WaitTimeoutError) {
      return notReady(plan, pod, error, signal);
    }
    throw error;
  }
  const hindered = await untilServing(plan, options);
  if (hindered === undefined) {
    await untilLookedUp(one.client, adminOf(namespace, name), services, options);
  }
  return hindered;
}

function podOf({ mesh, namespace, name, services, activeSeconds }: ProbePlan, image: string): KubeObject {
  const maker = markProcess(process.pid);
  return renderProbePod({
    mesh,
    namespace,
    name,
    image,
    services,
    activeSeconds,
    ...(maker === undefined ? {} : { maker }),
  });
}

/** Until it is known: admission may refuse images of other registries. */
function usualImage({ istio: { hub = "docker.io/istio", version } }: Mesh): string {
  return `${hub}/proxyv2:${version}`;
}

/** Waits until the pod's Envoy serves: a container without probes is ready before its program listens. */
async function untilServing(plan: ProbePlan, { signal, now }: RunOptions): Promise<ProbeState> {
  const { one, namespace, name } = plan;
  const until = now() + startMs;
  for (;;) {
    try {
      const { status } = await one.client.podHttpGet(adminOf(namespace, name), "/ready", { signal });
      if (status === 200) {
        return undefined;
      }
    } catch (error) {
      if (!(error instanceof KubeError && error.kind === "tunnel") || now() > until) {
        throw error;
      }
    }
    if (now() > until) {
      const logs = kubectlLine(one.context.context, "-n", namespace, "logs", "-c", "probe");
      return unmade(
        plan,
        `the Envoy of pod ${name} did not begin to serve within ${startMs / 1000} s`,
        `Run isthmus verify again, and look at the pod's log meanwhile: ${logs} POD`,
      );
    }
    await pause(pollMs, undefined, { signal });
  }
}

function adminOf(namespace: string, pod: string): PodPort {
  return { namespace, pod, port: probeAdminPort };
}

async function notReady(
  plan: ProbePlan,
  pod: KubeObject,
  error: WaitTimeoutError,
  signal: AbortSignal,
): Promise<Diagnostic> {
  const { one, namespace, name } = plan;
  const reasons = error.pending.map(({ reason }) => reason).join("; ");
  const policies = await closingPolicies(plan, pod, signal);
  const blamed =
    policies.length === 0
      ? ""
      : `. Network ${policies.length === 1 ? "policy" : "policies"} ${policies.join(", ")} of ${namespace} ${policies.length === 1 ? "closes" : "close"} what pods of it may connect to, and a sidecar needs istiod (15012) and DNS`;
  const look = kubectlLine(one.context.context, "-n", namespace, "get", "events");
  const state = unmade(
    plan,
    `pod ${name} did not become ready: ${reasons}${blamed}`,
    `${policies.length === 0 ? "Remove what is named" : "Remove what is named (isthmus check --strict prints the policy that admits what the pod needs and nothing else)"}, then run the same command again. More may be among the events: ${look}`,
  );
  // It was made: what its network closes may be why it is not ready.
  return { ...state, object: { group: "", kind: "Pod", namespace, name } };
}

/** Policies that select the probe pod and say what it may connect to. */
async function closingPolicies(
  { one, namespace, name }: ProbePlan,
  pod: KubeObject,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const policies = await readNetworkPolicies(one.client, [namespace], signal);
    const labels = pod.metadata.labels ?? {};
    const own = { namespace, name, labels, namespaceLabels: {}, addresses: [], hostNetwork: false, ports: [] };
    return isolatingPolicies(compilePolicies(policies), own, "egress").map(({ facts }) => facts.name);
  } catch (error) {
    if (error instanceof KubeError) {
      return [];
    }
    throw error;
  }
}

/** The object that is refused is none of the mesh file's. */
function fixRefusal({ namespace }: ProbePlan): string {
  return `See to it that a pod with a sidecar may be made in namespace ${namespace}: the right to create pods and to forward their ports, room in the quota, and for pod security restricted an Istio with istio-cni. Where the clusters are not to be written to: isthmus verify --no-probe-pod.`;
}

function withoutSidecar(plan: ProbePlan): Diagnostic {
  return unmade(
    plan,
    `pods of namespace ${plan.namespace} get no sidecar there (label istio-injection=enabled or istio.io/rev), and only a caller with a sidecar goes by the mesh's routes`,
    "Run isthmus apply, which labels the namespaces of the mesh's services, and isthmus check where the label is there.",
  );
}

function unmade({ one, namespace }: ProbePlan, reason: string, fix: string | undefined): Diagnostic {
  return {
    ...warningOf("ISM570"),
    detail: `Nothing was asked from inside the mesh in namespace ${namespace} of ${one.cluster.name}: ${reason.replace(/\.$/, "")}. Routes of \`gateway: mesh\` and services without routes are not proven there.`,
    ...(fix === undefined ? {} : { fix }),
    cluster: one.cluster.name,
  };
}
