import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { describeId, idOf } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import type { BareTrial, RefusedWrite, TriedWrites } from "../../core/plan/plan.ts";
import { isIstioConfig } from "../../core/render/istio-config.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError, unlessForbidden } from "../../kube/errors.ts";
import { hasSidecar, refusesSidecar } from "../facts/sidecars.ts";
import { judgeTrial } from "./judge-trial.ts";
import type { NamesInNamespace } from "./live-trial-pod.ts";
import { liveTrialPodOf } from "./live-trial-pod.ts";
import type { TrialPod } from "./trial-pod.ts";
import { trialPodOf } from "./trial-pod.ts";

/** Finds out what stands between an apply and objects that are as an apply has left them. */
export interface WriteTrials {
  /**
   * Tries a write of the object, where none of its kind and namespace was tried
   * and the plan has not asked for one itself, and of a pod where it makes pods.
   */
  readonly of: (object: KubeObject, known?: { readonly isAsked: boolean }) => Promise<void>;
  /** Tries a pod in each of their namespaces in which none was tried yet, as what is there makes them: manifests that others apply are not known. */
  readonly ofServices: (services: readonly Pick<Service, "namespace" | "name">[]) => Promise<void>;
  /** What was refused so far. */
  readonly refused: readonly RefusedWrite[];
  /** Of which a new pod was let in without a sidecar that it does not refuse itself, whether or not its namespace asks for one. */
  readonly bare: readonly BareTrial[];
  /** What is known of writes of these objects by now. */
  readonly tried: (objects: readonly KubeObject[]) => TriedWrites;
}

/** Tries nothing. */
export const noTrials: WriteTrials = {
  of: async () => Promise.resolve(),
  ofServices: async () => Promise.resolve(),
  refused: [],
  bare: [],
  tried: () => ({ pods: [], unknown: [] }),
};

/**
 * Tries by dry-runs what changes nothing: policies and webhooks are asked as
 * for any other write (https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run),
 * and say what they would say to the next apply, or to the next pod. One object
 * speaks for all of its kind and namespace. What this account may not do and
 * webhooks that know no dry-runs are no refusals: they would say something else
 * to others. Then nothing is known, and `tried` has why.
 */
export function createWriteTrials(client: KubeClient, signal: AbortSignal): WriteTrials {
  const begun = new Set<string>();
  const found: Found = { refused: [], bare: [], pods: new Set(), unknown: [] };
  const scope: TrialScope = { found, signal };
  const once = async (key: string, work: () => Promise<void>): Promise<void> => {
    if (!begun.has(key)) {
      begun.add(key);
      await work();
    }
  };
  const isTried = (namespace: string): boolean =>
    [...begun].some((key) => key.startsWith("pods ") && key.endsWith(` ${namespace}`));
  return {
    refused: found.refused,
    bare: found.bare,
    of: async (object, { isAsked } = { isAsked: false }) => {
      const id = idOf(object);
      const key = keyOfKind(id);
      if (isTriable(object)) {
        await Promise.all([
          once(key, async () => (isAsked ? undefined : attempt(client, object, id, scope))),
          isWorkload(id)
            ? once(`pods ${key}`, async () => attemptPod(client, await trialPodOf(client, object, signal), scope))
            : undefined,
        ]);
      }
    },
    ofServices: async (services) => {
      const dark = new Set(services.map(({ namespace }) => namespace).filter((namespace) => !isTried(namespace)));
      await Promise.all(
        [...dark].map(async (namespace) => {
          const names = services.flatMap((one) => (one.namespace === namespace ? [one.name] : []));
          await attemptLive(client, { namespace, names }, scope);
        }),
      );
    },
    tried: (objects) => {
      const ids = objects.filter(isTriable).map(idOf);
      const untried = new Map(ids.filter((id) => !begun.has(keyOfKind(id))).map((id) => [keyOfKind(id), id]));
      const reason = "none is there that a dry-run could write";
      return {
        pods: [...found.pods].toSorted(compareText),
        unknown: [...found.unknown, ...[...untried.values()].map((id) => ({ write: describeWrite({ id }), reason }))],
      };
    },
  };
}

/** What has come of the trials so far. */
interface Found {
  readonly refused: RefusedWrite[];
  readonly bare: BareTrial[];
  /** Namespaces. */
  readonly pods: Set<string>;
  readonly unknown: TriedWrites["unknown"][number][];
}

interface TrialScope {
  readonly found: Found;
  readonly signal: AbortSignal;
}

async function attempt(client: KubeClient, object: KubeObject, id: ObjectId, scope: TrialScope): Promise<void> {
  const error = await errorOf(
    async () => client.apply(object, { dryRun: true, force: true, signal: scope.signal }),
    scope,
  );
  const verdict = judgeTrial(error, "object");
  if (error !== undefined && verdict !== "let in") {
    tell(scope.found, verdict, { id, says: error.message });
  }
}

/** Made as controllers do it, since what a server-side apply asks of lists is more than a pod has to fulfil. */
async function attemptPod(client: KubeClient, trial: TrialPod | undefined, scope: TrialScope): Promise<void> {
  if (trial === undefined) {
    return;
  }
  const { pod, maker, isOwned } = trial;
  const { found, signal } = scope;
  const error = await errorOf(async () => {
    const made = await client.create(pod, { dryRun: true, signal });
    if (isBare(pod, made)) {
      found.bare.push({ id: maker, ...(refusesSidecar(made) ? { refusal: true } : {}) });
    }
  }, scope);
  const verdict = judgeTrial(error, isOwned ? "pod" : "naked pod");
  if (error !== undefined && verdict !== "let in") {
    tell(found, verdict, { id: maker, pod: true, says: error.message });
  }
  if (verdict !== "unknown") {
    found.pods.add(maker.namespace ?? "");
  }
}

/** Istio adds none on a node's network either. */
function isBare(asked: KubeObject, made: KubeObject): boolean {
  const { hostNetwork } = (asked["spec"] ?? {}) as { readonly hostNetwork?: boolean };
  return !hasSidecar(made) && !refusesSidecar(asked) && hostNetwork !== true;
}

/** As what makes the pods of one of the services makes them, all of one namespace. */
async function attemptLive(client: KubeClient, services: NamesInNamespace, scope: TrialScope): Promise<void> {
  const trial = await unlessForbidden(
    async () => liveTrialPodOf(client, services, scope.signal),
    ({ message }) => {
      scope.found.unknown.push({ write: `pods in ${services.namespace}`, reason: message });
      return undefined;
    },
  );
  await attemptPod(client, trial, scope);
}

/** What the API server answers but an object; other errors than its own go on. */
async function errorOf(send: () => Promise<unknown>, { signal }: TrialScope): Promise<KubeError | undefined> {
  try {
    await send();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) {
      throw error;
    }
    return error;
  }
}

function tell(found: Found, verdict: "refused" | "full" | "unknown", refusal: RefusedWrite): void {
  if (verdict === "refused") {
    found.refused.push(refusal);
  } else {
    found.unknown.push({ write: describeWrite(refusal), reason: refusal.says });
  }
}

function isTriable(object: KubeObject): boolean {
  const id = idOf(object);
  return isIstioConfig(object) || isWorkload(id) || (id.group === "" && id.kind === "Service");
}

function isWorkload({ group, kind }: ObjectId): boolean {
  return group === "apps" && ["Deployment", "StatefulSet", "DaemonSet"].includes(kind);
}

function keyOfKind({ group, kind, namespace = "" }: ObjectId): string {
  return `${group} ${kind} ${namespace}`;
}

function describeWrite({ id, pod }: Omit<RefusedWrite, "says">): string {
  return pod === true ? `pods of ${describeId(id)}` : `${id.kind} in ${id.namespace ?? "the cluster"}`;
}
