import type { ResourceKind } from "../../../src/kube/object-reference.ts";
import type { FakeStore, StoredEvent, WireObject } from "../../../src/kube/fake/fake-store.ts";
import { observe } from "./controllers.ts";

/** What all clusters of a fleet share: texts of objects, so that a thousand equal objects cost one. */
export interface SharedObjects {
  readonly share: (object: WireObject) => WireObject;
}

/** Objects by their JSON text; what comes in twice is kept once. */
export function createSharedObjects(): SharedObjects {
  const known = new Map<string, WireObject>();
  return {
    share(object) {
      const text = JSON.stringify(object);
      const kept = known.get(text);
      if (kept === undefined) {
        known.set(text, object);
      }
      return kept ?? object;
    },
  };
}

interface Kept {
  readonly object: WireObject;
  readonly revision: number;
}

const keptEvents = 50;

/**
 * A store of the fake API server that thousands fit into one process: bodies
 * are shared between clusters, kinds have lists of their own, and only the
 * last events are kept. Controllers and `managedFields` as `observe` adds them. `cluster` makes UIDs its own.
 */
export function createCompactStore(cluster: string, shared: SharedObjects): FakeStore {
  const kinds = new Map<string, Map<string, Kept>>();
  const listeners = new Set<(event: StoredEvent) => void>();
  let events: StoredEvent[] = [];
  let revision = 1;
  let forgotten = 0;

  const ofKind = ({ apiVersion, kind }: ResourceKind): Map<string, Kept> => {
    const key = `${apiVersion}/${kind}`;
    const found = kinds.get(key) ?? new Map<string, Kept>();
    kinds.set(key, found);
    return found;
  };
  const emit = (type: StoredEvent["type"], object: WireObject): void => {
    const event = { type, object, revision };
    events.push(event);
    if (events.length > keptEvents) {
      forgotten = events[0]?.revision ?? forgotten;
      events = events.slice(-keptEvents / 2);
    }
    for (const listener of listeners) {
      listener(event);
    }
  };
  const stamp = ({ object, revision: at }: Kept): WireObject => ({
    ...object,
    metadata: {
      ...object.metadata,
      // Which cluster it is goes by the UID of its kube-system.
      uid: `${cluster}-${object.kind}-${object.metadata.name}`,
      resourceVersion: String(at),
    },
  });

  return {
    revision: () => revision,
    put(object, { store }) {
      const { uid: _uid, resourceVersion: _version, ...metadata } = object.metadata;
      const known = ofKind(object);
      const key = `${metadata.namespace ?? ""}/${metadata.name}`;
      const before = known.get(key);
      const body = shared.share(observe({ ...object, metadata }));
      if (before?.object === body) {
        return { object: stamp(before), created: false };
      }
      const kept = { object: body, revision: store ? revision + 1 : revision };
      if (store) {
        revision += 1;
        known.set(key, kept);
        emit(before === undefined ? "ADDED" : "MODIFIED", stamp(kept));
      }
      return { object: stamp(kept), created: before === undefined };
    },
    find(kind, namespace, name) {
      const kept = ofKind(kind).get(`${namespace ?? ""}/${name}`);
      return kept === undefined ? undefined : stamp(kept);
    },
    list: (kind, namespace) =>
      [...ofKind(kind).values()]
        .filter(({ object }) => namespace === undefined || object.metadata.namespace === namespace)
        .map(stamp),
    all: () => [...kinds.values()].flatMap((known) => [...known.values()]).map(stamp),
    remove(object) {
      if (ofKind(object).delete(`${object.metadata.namespace ?? ""}/${object.metadata.name}`)) {
        revision += 1;
        emit("DELETED", { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
      }
    },
    eventsSince: (since) => (since < forgotten ? "gone" : events.filter((event) => event.revision > since)),
    compact() {
      events = [];
      forgotten = revision + 1;
      revision += 1;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
