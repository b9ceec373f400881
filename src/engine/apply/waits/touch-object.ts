import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import { letEnd } from "../../../kube/let-end.ts";

/** How long something is left to itself before it counts as forgotten, milliseconds. Several API servers leave a definition alone for five seconds. */
const patienceMs = 10_000;

/** How long the annotation may take to be gone again, milliseconds. */
const undoMs = 15_000;

/** On an object for the moment between two writes; a plan takes it away where a kill left it. */
const touchedAnnotation = "isthmus.dev/woken";

export interface TouchOptions {
  readonly force: (kind: string) => boolean;
  readonly now: () => number;
}

/** What a wait asks about each object that is pending; see `WaitOptions.handlePending`. */
export type PendingHandler = (pending: KubeObject, signal: AbortSignal) => Promise<string | undefined>;

/** Counts how long things have been forgotten. */
export interface Patience {
  /** True when `key` has been forgotten for ten seconds; the count begins anew then. */
  readonly isOver: (key: string) => boolean;
  /** `key` is not forgotten (any more). */
  readonly reset: (key: string) => void;
}

/** Begins with nothing forgotten. */
export function createPatience(now: () => number): Patience {
  const since = new Map<string, number>();
  return {
    isOver: (key) => {
      const began = since.get(key) ?? now();
      const over = now() - began >= patienceMs;
      since.set(key, over ? now() : began);
      return over;
    },
    reset: (key) => void since.delete(key),
  };
}

/**
 * Applies an object twice, with an annotation and without: a change that only
 * makes its controllers look at it. Undefined when that is done, otherwise why
 * the API server did not take it. `wanted` is the object as it is always applied.
 * The second write is done also when `signal` ends the wait in between, since the
 * first one is mostly what ends it: nothing is left on the object.
 */
export async function touchObject(
  client: KubeClient,
  wanted: KubeObject,
  { force, now }: TouchOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const options = { force: force(wanted.kind) };
  const annotations = { ...wanted.metadata.annotations, [touchedAnnotation]: new Date(now()).toISOString() };
  try {
    try {
      const touched = { ...wanted, metadata: { ...wanted.metadata, annotations } };
      await letEnd(signal, async (late) => client.apply(touched, { ...options, signal: late }));
    } finally {
      await client.apply(wanted, { ...options, signal: AbortSignal.timeout(undoMs) });
    }
    return undefined;
  } catch (error) {
    if (error instanceof KubeError) {
      return error.message;
    }
    throw error;
  }
}
