import { writeJson } from "../../core/model/exact-json.ts";
import type { ResourceKind } from "../object-reference.ts";
import { createEventLog } from "./event-log.ts";

/** An object as it is on the wire. */
export type WireObject = Readonly<Record<string, unknown>> & {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly name: string;
    readonly namespace?: string;
  };
};

export interface StoredEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: WireObject;
  readonly revision: number;
}

/** Everything that the fake API server knows: objects, one counter of revisions, and what happened since. */
export interface FakeStore {
  readonly revision: () => number;
  /** What an apply or patch would store; `store` false is a dry-run. */
  put(
    object: WireObject,
    options: { readonly store: boolean },
  ): { readonly object: WireObject; readonly created: boolean };
  find(kind: ResourceKind, namespace: string | undefined, name: string): WireObject | undefined;
  list(kind: ResourceKind, namespace: string | undefined): readonly WireObject[];
  /** Objects of every kind. */
  all(): readonly WireObject[];
  remove(object: WireObject): void;
  /** Events after a revision; "gone" when they were forgotten. */
  eventsSince(revision: number): readonly StoredEvent[] | "gone";
  /** Forgets all events so far: watches from before get 410. */
  compact(): void;
  /** Called with every event; the result ends it. */
  subscribe(listener: (event: StoredEvent) => void): () => void;
}

/** An empty store. */
export function createFakeStore(): FakeStore {
  const objects = new Map<string, WireObject>();
  const log = createEventLog<StoredEvent>();
  let revision = 1;

  return {
    revision: () => revision,
    put(object, { store }) {
      const key = keyOfWire(object, object.metadata.namespace, object.metadata.name);
      const before = objects.get(key);
      const unstamped = { ...object, metadata: { uid: `uid-${revision + 1}`, ...object.metadata } };
      if (before !== undefined && writeJson(before) === writeJson(unstamped)) {
        return { object: before, created: false };
      }
      const next = store ? revision + 1 : revision;
      const stamped = atRevision(unstamped, next);
      if (store) {
        revision = next;
        objects.set(key, stamped);
        log.add({ type: before === undefined ? "ADDED" : "MODIFIED", object: stamped, revision });
      }
      return { object: stamped, created: before === undefined };
    },
    find: (kind, namespace, name) => objects.get(keyOfWire(kind, namespace, name)),
    list: (kind, namespace) =>
      [...objects.values()]
        .filter((one) => one.apiVersion === kind.apiVersion && one.kind === kind.kind)
        .filter((one) => namespace === undefined || one.metadata.namespace === namespace),
    all: () => [...objects.values()],
    remove(object) {
      if (objects.delete(keyOfWire(object, object.metadata.namespace, object.metadata.name))) {
        revision += 1;
        log.add({ type: "DELETED", object: atRevision(object, revision), revision });
      }
    },
    eventsSince: (since) => log.since(since),
    compact() {
      revision += 1;
      log.forgetBefore(revision);
    },
    subscribe: (listener) => log.subscribe(listener),
  };
}

function atRevision(object: WireObject, revision: number): WireObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

function keyOfWire(kind: ResourceKind, namespace: string | undefined, name: string): string {
  return `${kind.apiVersion}/${kind.kind}/${namespace ?? ""}/${name}`;
}

/** JSON merge patch (RFC 7386), which is also the fake's idea of an apply: lists are replaced, fields are never taken away. */
export function mergeInto(target: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) {
    return patch;
  }
  const result: Record<string, unknown> = isMapping(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      delete result[key];
    } else {
      result[key] = mergeInto(result[key], value);
    }
  }
  return result;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
