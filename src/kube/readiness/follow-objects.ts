import { setTimeout as pause } from "node:timers/promises";
import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../client.ts";
import { KubeError } from "../errors.ts";
import type { ObjectReference } from "../object-reference.ts";
import { objectIdOf } from "../object-reference.ts";
import { withinTime } from "../within-time.ts";

/** An object that is still waited for, and why. */
export interface Pending {
  readonly id: ObjectId;
  readonly reference: ObjectReference;
  readonly reason: string;
}

export interface FollowOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called at once when something is pending, and then whenever the reasons change. Must not throw. */
  readonly onPending: (pending: readonly Pending[]) => void;
  /** Undefined = the object is as it should be; otherwise the reason why it is not. */
  readonly judge: (reference: ObjectReference, object: KubeObject | undefined) => string | undefined;
  /** Looks for a better reason from time to time. */
  readonly explain: (object: KubeObject, signal: AbortSignal) => Promise<string | undefined>;
  readonly onTimeout: (pending: readonly Pending[]) => Error;
}

/** How often reasons are looked for, and every how many times of that objects are read again in case a watch went deaf. */
const lookEveryMs = 2000;
const readEvery = 5;

interface Followed {
  readonly reference: ObjectReference;
  object: KubeObject | undefined;
  reason: string | undefined;
  explanation: string | undefined;
  /** Why the cluster cannot be asked just now. */
  trouble: string | undefined;
}

/** What all that is done for one set of objects shares. */
interface Following {
  readonly client: KubeClient;
  readonly followed: readonly Followed[];
  readonly options: FollowOptions;
  readonly stop: AbortController;
}

/**
 * Reads the objects and watches those that are not yet as they should be,
 * until all of them are, at the same time. A cluster that does not answer for a while is
 * waited for as well; one that refuses (401, 403) ends the wait at once.
 */
export async function followObjects(
  client: KubeClient,
  references: readonly ObjectReference[],
  options: FollowOptions,
): Promise<void> {
  const followed = references.map((reference): Followed => ({
    reference,
    object: undefined,
    reason: "it was not read yet",
    explanation: undefined,
    trouble: undefined,
  }));
  const { signal, timeoutMs } = options;
  const late = (): Error => options.onTimeout(pendingOf(followed));
  await withinTime({ signal, timeoutMs, late }, async (stop) => {
    const following: Following = { client, followed, options, stop };
    try {
      await Promise.all(followed.map(async (one) => read(one, following)));
      // All answers may have been there already when it was told to stop.
      stop.signal.throwIfAborted();
      if (pendingOf(followed).length > 0) {
        await watchAll(following);
      }
    } finally {
      stop.abort();
    }
  });
}

function pendingOf(followed: readonly Followed[]): readonly Pending[] {
  return followed.flatMap(({ reference, reason, explanation, trouble }) =>
    reason === undefined ? [] : [{ id: objectIdOf(reference), reference, reason: trouble ?? explanation ?? reason }],
  );
}

async function read(one: Followed, { client, options, stop: { signal } }: Following): Promise<void> {
  try {
    take(one, await client.get(one.reference, { signal }), options);
  } catch (error) {
    noteTrouble(one, error, signal);
  }
}

function take(one: Followed, object: KubeObject | undefined, options: FollowOptions): void {
  one.object = object;
  one.reason = options.judge(one.reference, object);
  one.trouble = undefined;
  // An old explanation of a workload that moves on would be wrong; the next look finds the new one.
  one.explanation = one.reason === undefined ? undefined : one.explanation;
}

/** Keeps what may pass; throws what will not. */
function noteTrouble(one: Followed, error: unknown, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (!(error instanceof KubeError) || !["unreachable", "overloaded", "server", "no-such-kind"].includes(error.kind)) {
    throw error;
  }
  one.trouble = error.message;
}

async function watchAll(following: Following): Promise<void> {
  const { followed, options, stop } = following;
  let noted = "";
  let looks = Promise.resolve();
  const over = new Promise<void>((resolve, reject) => {
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true });
    const changed = (): void => {
      const pending = pendingOf(followed);
      if (pending.length === 0) {
        resolve();
        return;
      }
      const text = JSON.stringify(pending);
      if (text !== noted) {
        noted = text;
        options.onPending(pending);
      }
    };
    changed();
    const watches = followed.map(async (one) => watchOne(one, following, changed));
    looks = lookAgain(following, changed);
    Promise.all([...watches, looks]).catch(reject);
  });
  try {
    await over;
  } finally {
    // A look may be about to put back what it has changed.
    stop.abort();
    await looks.catch(() => undefined);
  }
}

async function watchOne(one: Followed, following: Following, changed: () => void): Promise<void> {
  const { client, options } = following;
  const { signal } = following.stop;
  const { apiVersion, kind, namespace, name } = one.reference;
  const query = {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    fieldSelector: `metadata.name=${name}`,
  };
  while (!signal.aborted) {
    const position = one.object?.metadata["resourceVersion"];
    try {
      const events = client.watch(query, {
        signal,
        ...(typeof position === "string" ? { resourceVersion: position } : {}),
      });
      for await (const event of events) {
        take(
          one,
          event.type === "listed" ? event.objects[0] : event.type === "deleted" ? undefined : event.object,
          options,
        );
        changed();
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      noteTrouble(one, error, signal);
      if (error instanceof KubeError && error.kind === "no-such-kind") {
        take(one, undefined, options);
      }
      changed();
      await pause(1000, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function lookAgain(following: Following, changed: () => void): Promise<void> {
  const { followed, options } = following;
  const { signal } = following.stop;
  for (let round = 1; !signal.aborted; round += 1) {
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) {
      return;
    }
    const pending = followed.filter((one) => one.reason !== undefined);
    await Promise.all(
      pending.map(async (one) => {
        if (round % readEvery === 0) {
          await read(one, following);
        }
        const { object } = one;
        if (one.reason !== undefined && object !== undefined) {
          one.explanation = await options.explain(object, signal);
        }
      }),
    ).catch((error: unknown) => {
      if (!signal.aborted) {
        throw error;
      }
    });
    changed();
  }
}
