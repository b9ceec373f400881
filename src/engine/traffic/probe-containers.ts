import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { portsPerProbe, probeContainerPrefix, renderProbeContainer } from "../../core/render/probe-container.ts";
import { probePort, servicesPerProbe } from "../../core/render/probe-pod.ts";
import type { PodPort } from "../../kube/client.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { isRefusal, KubeError } from "../../kube/errors.ts";
import { letEnd } from "../../kube/let-end.ts";
import { runTask } from "../progress/run-task.ts";
import type { AskedPod } from "./asked-pods.ts";
import type { ContainerReason, ProbeInPod } from "./end-probe.ts";
import { endProbe, podOf, referenceOf, stateOf } from "./end-probe.ts";
import type { ProbePods } from "./probe-pods.ts";
import { inParts, longestRun } from "./probe-pods.ts";
import { untilLookedUp } from "./until-looked-up.ts";
import type { VerifyOptions } from "./verification.ts";

/** Below the ports that Linux gives to outgoing connections; another run in the same pod has others. */
const lowestPort = 20_000;
const highestPort = 31_000;
const pollMs = 250;

interface Started extends ProbeInPod {
  readonly services: readonly Service[];
  /** Whether an apply was sent that the API server has not refused: the container may be there. */
  readonly apply: { sent: boolean };
  /** Undefined: it can be asked. Otherwise why not (ISM570). */
  readonly state: Promise<Diagnostic | undefined>;
}

/**
 * Starts an ephemeral container in each of these pods that is fit for it, which
 * asks through the pod's own sidecar (docs/adr/0038). `close` ends their programs; their entries
 * stay in the pods.
 */
export function startProbeContainers(
  pods: readonly AskedPod[],
  services: readonly Service[],
  options: VerifyOptions,
): ProbePods {
  const activeSeconds = longestRun(services, options);
  const firstPort = lowestPort + portsPerProbe * randomInt((highestPort - lowestPort) / portsPerProbe);
  const parts = inParts(services, servicesPerProbe);
  const fit = pods.filter(({ unfit }) => unfit === undefined);
  const started = fit.map((asked) => startInPod({ asked, parts, firstPort, activeSeconds }, options)).flat();
  return {
    of: async (one, service) => {
      const unfit = pods.find((asked) => asked.one === one)?.unfit;
      if (unfit !== undefined) {
        return { kind: "none", diagnostic: unfit };
      }
      const found = started.find(({ asked, services: all }) => asked.one === one && all.includes(service));
      if (found === undefined) {
        throw new Error(`no probe was started for ${service.namespace}/${service.name} in ${one.cluster.name}`);
      }
      const diagnostic = await found.state;
      const port = probePort(found.services.indexOf(service), found.admin.port);
      return diagnostic === undefined ? { kind: "made", port: { ...found.admin, port } } : { kind: "none", diagnostic };
    },
    close: async () => {
      await Promise.allSettled(started.map(async ({ state }) => state));
      const sent = started.filter(({ apply }) => apply.sent);
      return (await Promise.all(sent.map(async (one) => endProbe(one, options)))).flat();
    },
  };
}

interface PodPlan {
  readonly asked: AskedPod;
  readonly parts: readonly (readonly Service[])[];
  readonly firstPort: number;
  readonly activeSeconds: number;
}

/** One after the other: each apply has to name the containers before it. */
function startInPod({ asked, parts, firstPort, activeSeconds }: PodPlan, options: VerifyOptions): readonly Started[] {
  const { namespace = "default", name: pod } = asked.pod.metadata;
  let before: Promise<unknown> = Promise.resolve();
  return parts.map((services, place): Started => {
    const probe = {
      asked,
      services,
      apply: { sent: false },
      name: `${probeContainerPrefix}${randomUUID().slice(0, 8)}`,
      admin: { namespace, pod, port: firstPort + place * portsPerProbe },
    };
    const state = before.then(async () => makeProbe(probe, activeSeconds, options));
    // Whoever asks for it is told; until then it is nobody's unhandled rejection.
    before = state.catch(() => {});
    return { ...probe, state };
  });
}

/** Undefined when it can be asked. Rejects only when the signal fires. */
async function makeProbe(
  probe: Omit<Started, "state">,
  activeSeconds: number,
  options: VerifyOptions,
): Promise<Diagnostic | undefined> {
  const cluster = probe.asked.one.cluster.name;
  let hindered: Diagnostic | undefined;
  try {
    await runTask({ cluster, task: `starting a probe in ${podOf(probe)}` }, options, async () => {
      hindered = await start(probe, activeSeconds, options);
      if (hindered !== undefined) {
        // Nobody may take the task for done.
        throw new UserError([hindered], exitCodes.findings);
      }
    });
  } catch (error) {
    options.signal.throwIfAborted();
    if (hindered === undefined) {
      throw error;
    }
  }
  return hindered;
}

async function start(
  probe: Omit<Started, "state">,
  activeSeconds: number,
  options: VerifyOptions,
): Promise<Diagnostic | undefined> {
  const { asked, services, admin } = probe;
  const { client, cluster } = asked.one;
  const { signal } = options;
  try {
    if ((await addContainer(probe, activeSeconds, signal)) === "gone") {
      return unmade(probe, "the pod is gone", "Name a pod that is running.");
    }
    const reason = await untilRunning(probe, options);
    if (reason === undefined) {
      await untilLookedUp(client, admin, services, options);
    }
    return reason === undefined
      ? undefined
      : unmade(probe, reason, "Remove what is named, then run the same command again, or leave out --from.");
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    const { detail, fix } = await diagnoseKubeError(error, cluster.name);
    return unmade(
      probe,
      detail,
      isRefusal(error)
        ? `See to it that you may patch pods/ephemeralcontainers and forward ports of pods in namespace ${admin.namespace}, and that pod security allows the container. Without --from a pod of its own asks.`
        : fix,
    );
  }
}

/**
 * Adds the container to the pod as it is now. An apply has to name all that are
 * there, and is refused where another run has added one since the pod was read:
 * then the pod is read again.
 */
async function addContainer(
  probe: Omit<Started, "state">,
  activeSeconds: number,
  signal: AbortSignal,
): Promise<"added" | "gone"> {
  const { asked, services, name, admin } = probe;
  let refused: unknown;
  let known: string | undefined;
  for (;;) {
    const pod = await asked.one.client.get(referenceOf(admin), { signal });
    if (pod === undefined) {
      return "gone";
    }
    const there = namesOfProbes(pod);
    if (there === known) {
      throw refused;
    }
    known = there;
    try {
      const wanted = { pod, name, image: asked.image, services, adminPort: admin.port, activeSeconds };
      await sendApply(probe, renderProbeContainer(wanted), signal);
      return "added";
    } catch (error) {
      if (!isRefusal(error)) {
        throw error;
      }
      refused = error;
    }
  }
}

function namesOfProbes({ spec }: KubeObject): string {
  const { ephemeralContainers = [] } = (spec ?? {}) as {
    readonly ephemeralContainers?: readonly { readonly name: string }[];
  };
  return ephemeralContainers.map(({ name }) => name).join(" ");
}

/** Notes before that it is sent: a connection that breaks, or Ctrl-C, does not tell whether it took effect. */
async function sendApply(
  { asked, apply }: Pick<Started, "asked" | "apply">,
  wanted: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  apply.sent = true;
  try {
    await letEnd(signal, async (late) =>
      asked.one.client.apply(wanted, { subresource: "ephemeralcontainers", signal: late }),
    );
  } catch (error) {
    apply.sent = !isRefusal(error);
    throw error;
  }
}

/** Waits until the container runs and its Envoy serves; why not, where it does not come to that. */
async function untilRunning(
  { asked, name, admin }: Omit<Started, "state">,
  { signal, now, timeoutMs }: VerifyOptions,
): Promise<string | undefined> {
  const until = now() + timeoutMs;
  for (;;) {
    const pod = await asked.one.client.get(referenceOf(admin), { signal });
    const { running, waiting, terminated } = stateOf(pod, name);
    if (running !== undefined && (await isServing(asked, admin, signal))) {
      return undefined;
    }
    if (pod === undefined || terminated !== undefined) {
      return pod === undefined ? "the pod is gone" : `container ${name} ended${textOf(terminated)}`;
    }
    if (now() > until) {
      const what = running === undefined ? "did not start" : "does not serve";
      return `container ${name} ${what} within ${timeoutMs / 1000} s${textOf(waiting)}`;
    }
    await pause(pollMs, undefined, { signal });
  }
}

async function isServing({ one }: AskedPod, admin: PodPort, signal: AbortSignal): Promise<boolean> {
  try {
    return (await one.client.podHttpGet(admin, "/ready", { signal })).status === 200;
  } catch (error) {
    if (error instanceof KubeError && error.kind === "tunnel") {
      return false;
    }
    throw error;
  }
}

function textOf(reason: ContainerReason | undefined): string {
  const parts = [
    reason?.reason,
    reason?.message,
    reason?.exitCode === undefined ? undefined : `exit code ${reason.exitCode}`,
  ].filter((one) => one !== undefined && one !== "");
  return parts.length === 0 ? "" : ` (${parts.join(": ")})`;
}

function unmade(probe: Omit<Started, "state">, reason: string, fix: string | undefined): Diagnostic {
  const cluster = probe.asked.one.cluster.name;
  return {
    ...warningOf("ISM570"),
    detail: `Nothing was asked from pod ${podOf(probe)} of ${cluster}: ${reason.replace(/\.$/, "")}. What it gets is not proven.`,
    ...(fix === undefined ? {} : { fix }),
    cluster,
  };
}
