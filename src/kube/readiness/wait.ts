import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { describeId } from "../../core/model/kube-object.ts";
import { accessDiagnostic } from "../access-diagnostic.ts";
import type { KubeClient } from "../client.ts";
import type { ObjectReference } from "../object-reference.ts";
import { explainWorkload } from "./explain-workload.ts";
import type { Pending } from "./follow-objects.ts";
import { followObjects } from "./follow-objects.ts";
import { readinessOf } from "./readiness-of.ts";

export type { Pending } from "./follow-objects.ts";

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What is pending and why: once at the beginning (when anything is), then on every change. Must not throw. */
  readonly onPending: (pending: readonly Pending[]) => void;
  /** Told of every object that is as it should be, each time that it is seen so. */
  readonly onReady?: ((object: KubeObject) => void) | undefined;
  /** Asked every two seconds about each object that is pending. May act on it, and gives a better reason where it has one. */
  readonly handlePending?: ((object: KubeObject, signal: AbortSignal) => Promise<string | undefined>) | undefined;
}

/** Objects that did not come to where they should in time. One diagnostic (ISM273 or ISM274) per object, exit code 1. */
export class WaitTimeoutError extends UserError {
  readonly cluster: string;
  readonly pending: readonly Pending[];

  constructor(cluster: string, pending: readonly Pending[], diagnostics: readonly Diagnostic[]) {
    super(diagnostics, exitCodes.failed);
    this.name = "WaitTimeoutError";
    this.cluster = cluster;
    this.pending = pending;
  }
}

/**
 * Waits until all objects are ready at the same time (see `readinessOf`). Reacts to the
 * API server's events; for workloads that hang the reason is the pods' own.
 * Rejects with a WaitTimeoutError, a KubeError that will not pass, or the signal's reason.
 */
export async function waitUntilReady(
  client: KubeClient,
  references: readonly ObjectReference[],
  options: WaitOptions,
): Promise<void> {
  const { timeoutMs, signal, onPending, onReady = () => {}, handlePending = async () => undefined } = options;
  await followObjects(client, references, {
    timeoutMs,
    signal,
    onPending,
    judge: (_reference, object) => {
      const { state, reason } = readinessOf(object);
      if (state === "current" && object !== undefined) {
        onReady(object);
      }
      return state === "current" ? undefined : reason;
    },
    explain: async (object, lookSignal) =>
      (await handlePending(object, lookSignal)) ?? (await explainWorkload(client, object, lookSignal)),
    onTimeout: (pending) => {
      const seconds = timeoutMs / 1000;
      const fix =
        "Remove what the detail names, then run the same command again: it goes on where it stopped. `--timeout` waits longer.";
      const diagnostics = pending.map(({ id, reason }) =>
        accessDiagnostic("ISM273", {
          detail: `${describeId(id)} did not become ready within ${seconds} s: ${reason}.`,
          fix,
          cluster: client.cluster,
          object: id,
        }),
      );
      return new WaitTimeoutError(client.cluster, pending, diagnostics);
    },
  });
}

/**
 * Waits until none of the objects is there any more. An object of the same
 * name that was made after the wait began counts as another one. Rejects like
 * `waitUntilReady`.
 */
export async function waitUntilGone(
  client: KubeClient,
  references: readonly ObjectReference[],
  options: WaitOptions,
): Promise<void> {
  const { timeoutMs, signal, onPending } = options;
  const seen = new Map<ObjectReference, unknown>();
  await followObjects(client, references, {
    timeoutMs,
    signal,
    onPending,
    judge: (reference, object) => {
      if (object === undefined) {
        return undefined;
      }
      const { uid } = object.metadata;
      const first = seen.get(reference) ?? uid;
      seen.set(reference, first);
      const { state, reason } = readinessOf(object);
      const still = state === "terminating" ? reason : "it is still there, and nobody has deleted it";
      return first === uid ? still : undefined;
    },
    explain: async () => undefined,
    onTimeout: (pending) => {
      const seconds = timeoutMs / 1000;
      const fix = "See to the controller whose finalizer is named, then run the same command again.";
      const diagnostics = pending.map(({ id, reason }) =>
        accessDiagnostic("ISM274", {
          detail: `${describeId(id)} is still there after ${seconds} s: ${reason}.`,
          fix,
          cluster: client.cluster,
          object: id,
        }),
      );
      return new WaitTimeoutError(client.cluster, pending, diagnostics);
    },
  });
}
