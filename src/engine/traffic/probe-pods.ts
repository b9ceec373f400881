import { randomUUID } from "node:crypto";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { groupBy } from "../../core/model/group-by.ts";
import type { Service } from "../../core/model/mesh.ts";
import { probePort, servicesPerProbe } from "../../core/render/probe-pod.ts";
import type { PodPort } from "../../kube/client.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { diagnoseFailure } from "../progress/diagnose-failure.ts";
import { runTask } from "../progress/run-task.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { ProbePlan, ProbeState } from "./make-probe-pod.ts";
import { makeProbePod } from "./make-probe-pod.ts";
import { deleteLeftovers } from "./probe-leftovers.ts";
import type { VerifyOptions } from "./verification.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

/** Where requests for a service go out inside a cluster, or why nobody there can be asked. */
export type Probe =
  | { readonly kind: "made"; readonly port: PodPort }
  | { readonly kind: "none"; readonly diagnostic: Diagnostic };

/** Probe pods of one run. */
export interface ProbePods {
  /** Waits until the pod for this service is there. */
  readonly of: (one: Connected, service: Service) => Promise<Probe>;
  /** Deletes all of them, whatever has become of the run. What could not be deleted is returned. */
  readonly close: () => Promise<readonly Diagnostic[]>;
}

/** How long one deletion may take, also after Ctrl-C. */
const deletionMs = 10_000;

/** A route is measured twice where the split is not as asked, and three times each where it is not known. */
const mostTries = 6;
/** Of a slow application. */
const requestsPerSecond = 20;

interface Started {
  readonly plan: ProbePlan;
  readonly state: Promise<ProbeState>;
}

/** Starts a pod in every cluster for each namespace of these services, side by side, and deletes those that killed runs have left. */
export function startProbePods(
  meshFile: MeshFile,
  connected: readonly Connected[],
  services: readonly Service[],
  options: VerifyOptions,
): ProbePods {
  const { mesh } = meshFile;
  const namespaces = [...new Set(services.map(({ namespace }) => namespace))];
  const activeSeconds = longestRun(services, options);
  const plans = connected.flatMap((one) =>
    [...groupBy(services, ({ namespace }) => namespace)].flatMap(([namespace, all]) =>
      inParts(all, servicesPerProbe).map((part) => {
        const name = `isthmus-probe-${randomUUID().slice(0, 8)}`;
        return { one, mesh, namespace, name, services: part, activeSeconds };
      }),
    ),
  );
  const leftovers = services.length === 0 ? [] : connected;
  const cleaned = Promise.allSettled(
    leftovers.map(async (one) => deleteLeftovers(one, { mesh: mesh.name, namespaces }, options)),
  );
  const started = plans.map((plan): Started => {
    const state = makeProbePod(plan, options);
    // Whoever asks for it is told; until then it is nobody's unhandled rejection.
    state.catch(() => {});
    return { plan, state };
  });
  return {
    of: async (one, service) => findProbe(started, one, service),
    close: async () => {
      await Promise.allSettled([cleaned, ...started.map(({ state }) => state)]);
      return (await Promise.all(plans.map(async (plan) => deleteProbePod(plan, options)))).flat();
    },
  };
}

async function findProbe(started: readonly Started[], one: Connected, service: Service): Promise<Probe> {
  const found = started.find(({ plan }) => plan.one === one && plan.services.includes(service));
  if (found === undefined) {
    throw new Error(`no probe pod was started for ${service.namespace}/${service.name} in ${one.cluster.name}`);
  }
  const { plan } = found;
  const diagnostic = await found.state;
  return diagnostic === undefined
    ? {
        kind: "made",
        port: { namespace: plan.namespace, pod: plan.name, port: probePort(plan.services.indexOf(service)) },
      }
    : { kind: "none", diagnostic };
}

/** Also one of which it is not known whether it was made: it may be there although its making was cut off. */
async function deleteProbePod(
  { one, namespace, name }: ProbePlan,
  options: VerifyOptions,
): Promise<readonly Diagnostic[]> {
  const cluster = one.cluster.name;
  const signal = AbortSignal.timeout(deletionMs);
  try {
    await runTask({ cluster, task: `deleting the probe pod of ${namespace}` }, { ...options, signal }, async () =>
      one.client.delete({ apiVersion: "v1", kind: "Pod", namespace, name }, { signal }),
    );
    return [];
  } catch (error) {
    const [why] = await diagnoseFailure(error, cluster, "verify");
    return [
      {
        ...warningOf("ISM571"),
        detail: `Pod ${namespace}/${name} of ${cluster} was not deleted: ${why?.detail ?? ""} It ends by itself, and the next isthmus verify deletes what is left.`,
        fix: `Delete it: ${kubectlLine(one.context.context, "-n", namespace, "delete", "pod", name)}`,
        cluster,
        object: { group: "", kind: "Pod", namespace, name },
      },
    ];
  }
}

/** Longer than the proofs take, in seconds: a pod of a run that was killed ends then. */
export function longestRun(services: readonly Service[], { requests, timeoutMs }: VerifyOptions): number {
  const routes = services.reduce((sum, service) => sum + service.routes.length + 1, 0);
  return Math.ceil(300 + timeoutMs / 1000 + (routes * requests * mostTries) / requestsPerSecond);
}

/** The items, in their order, as lists of at most `size`. */
export function inParts<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}
