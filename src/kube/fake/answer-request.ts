import type { WatchAnswer } from "./watch-answer.ts";
import { readJson } from "../../core/model/exact-json.ts";
import type { ResourceKind } from "../object-reference.ts";
import type { ResourceMapping } from "../resource-paths.ts";
import { listWellKnown, wellKnownGroups } from "../resource-paths.ts";
import { statusBody } from "./status-body.ts";
import type { FakeStore, WireObject } from "./fake-store.ts";
import { mergeInto } from "./fake-store.ts";

/** A kind that the fake serves. */
export interface FakeResource extends ResourceKind, ResourceMapping {}

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly contentType: string;
}

/** What the answers depend on. */
export interface FakeState {
  readonly store: FakeStore;
  /** `apiVersion/kind/name` → the field of another manager. */
  readonly conflicts: ReadonlyMap<string, { readonly manager: string; readonly field: string }>;
  readonly kinds: readonly FakeResource[];
  /** True: a deleted namespace is terminating until somebody ends it, and takes no new objects meanwhile. */
  readonly namespacesLinger?: boolean;
}

export type FakeAnswer = { readonly kind: "answer"; readonly status: number; readonly body: unknown } | WatchAnswer;

const notServed = answer(404, statusBody(404, "NotFound", "the server could not find the requested resource"));

/** Answers one request out of the store. */
export function answerRequest(request: FakeRequest, state: FakeState): FakeAnswer {
  const { pathname } = request.url;
  if (pathname === "/version") {
    return answer(200, {
      major: "1",
      minor: "36",
      gitVersion: "v1.36.3-fake",
      platform: "fake/fake",
    });
  }
  if (pathname === "/apis") {
    const versions = [...wellKnownGroups.map((name) => `${name}/v1`), ...state.kinds.map((one) => one.apiVersion)];
    return answer(200, {
      kind: "APIGroupList",
      groups: [...new Set(versions.filter((one) => one.includes("/")))].map((groupVersion) => ({
        name: groupVersion.split("/")[0],
        preferredVersion: { groupVersion },
      })),
    });
  }
  const group = /^\/(?:api|apis\/([^/]+))\/([^/]+)(\/.*)?$/.exec(pathname);
  const apiVersion = group === null ? "" : group[1] === undefined ? (group[2] ?? "") : `${group[1]}/${group[2]}`;
  const served = [...listWellKnown(apiVersion), ...state.kinds.filter((one) => one.apiVersion === apiVersion)];
  if (served.length === 0) {
    return answer(404, "404 page not found");
  }
  if (group?.[3] === undefined) {
    const resources = served.map(({ plural, kind, namespaced }) => ({
      name: plural,
      kind,
      namespaced,
      verbs: ["get", "list", "delete"],
    }));
    return answer(200, { kind: "APIResourceList", groupVersion: apiVersion, resources });
  }
  const target = /^(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?(?:\/portforward)?$/.exec(group[3]);
  const [, namespace, plural, name] = target ?? [];
  const kind = served.find((one) => one.plural === plural);
  if (kind === undefined) {
    return notServed;
  }
  if (name === undefined && request.method === "POST") {
    return createObject(request, kind, namespace, state.store);
  }
  return name === undefined
    ? answerCollection(request, kind, namespace, state)
    : answerObject(request, kind, namespace, decodeURIComponent(name), state);
}

function answerCollection(
  { url }: FakeRequest,
  kind: FakeResource,
  namespace: string | undefined,
  { store }: FakeState,
): FakeAnswer {
  const selects = (object: WireObject): boolean =>
    object.apiVersion === kind.apiVersion &&
    object.kind === kind.kind &&
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matchesSelectors(object, url.searchParams);
  if (url.searchParams.get("watch") === "true") {
    const since = Number(url.searchParams.get("resourceVersion"));
    return {
      kind: "watch",
      since,
      bookmarks: url.searchParams.get("allowWatchBookmarks") === "true",
      selects,
    };
  }
  const all = store.list(kind, namespace).filter(selects);
  const start = Number(url.searchParams.get("continue") ?? "0");
  const limit = Number(url.searchParams.get("limit") ?? all.length);
  const items = all.slice(start, start + limit).map(({ apiVersion: _apiVersion, kind: _kind, ...rest }) => rest);
  const more = start + limit < all.length ? { continue: String(start + limit) } : {};
  return answer(200, {
    apiVersion: kind.apiVersion,
    kind: `${kind.kind}List`,
    metadata: { resourceVersion: String(store.revision()), ...more },
    items,
  });
}

function answerObject(
  request: FakeRequest,
  kind: FakeResource,
  namespace: string | undefined,
  name: string,
  state: FakeState,
): FakeAnswer {
  const { store } = state;
  const dryRun = request.url.searchParams.get("dryRun") === "All";
  const found = store.find(kind, namespace, name);
  const missing = answer(
    404,
    statusBody(404, "NotFound", `${kind.plural} "${name}" not found`, { name, kind: kind.plural }),
  );
  switch (request.method) {
    case "GET":
      return found === undefined ? missing : answer(200, found);
    case "PATCH": {
      if (request.contentType === "application/apply-patch+yaml") {
        return applyObject(request, kind, found, state, dryRun);
      }
      return found === undefined ? missing : patchObject(request, kind, found, store, dryRun);
    }
    case "DELETE":
      return found === undefined ? missing : deleteObject(request, kind, found, state, dryRun);
    default:
      return answer(405, statusBody(405, "MethodNotAllowed", "the fake does not know this method"));
  }
}

function applyObject(
  request: FakeRequest,
  kind: FakeResource,
  found: WireObject | undefined,
  { store, conflicts }: FakeState,
  dryRun: boolean,
): FakeAnswer {
  const applied = readJson(request.body) as WireObject;
  const { name } = applied.metadata;
  const refusal = found === undefined ? refuseTerminating(kind, applied.metadata.namespace, store) : undefined;
  if (refusal !== undefined) {
    return refusal;
  }
  const conflict = conflicts.get(`${kind.apiVersion}/${kind.kind}/${name}`);
  if (conflict !== undefined && request.url.searchParams.get("force") !== "true") {
    const { manager, field } = conflict;
    const message = `conflict with "${manager}" using ${kind.apiVersion}`;
    const causes = [{ reason: "FieldManagerConflict", message, field }];
    return answer(409, statusBody(409, "Conflict", `Apply failed with 1 conflict: ${message}: ${field}`, { causes }));
  }
  const { object, created } = store.put(mergeInto(found, applied) as WireObject, {
    store: !dryRun,
  });
  return answer(created ? 201 : 200, object);
}

/** As admission plugin NamespaceLifecycle has it; undefined where the namespace is not terminating. */
function refuseTerminating(
  kind: FakeResource,
  namespace: string | undefined,
  store: FakeStore,
): FakeAnswer | undefined {
  const holder =
    namespace === undefined ? undefined : store.find({ apiVersion: "v1", kind: "Namespace" }, undefined, namespace);
  return holder?.metadata["deletionTimestamp"] === undefined
    ? undefined
    : answer(
        403,
        statusBody(
          403,
          "Forbidden",
          `unable to create new content in namespace ${namespace} because it is being terminated`,
          { kind: kind.plural, causes: [{ reason: "NamespaceTerminating" }] },
        ),
      );
}

function createObject(
  request: FakeRequest,
  kind: FakeResource,
  namespace: string | undefined,
  store: FakeStore,
): FakeAnswer {
  const object = readJson(request.body) as WireObject;
  const { name } = object.metadata;
  const refusal = refuseTerminating(kind, namespace, store);
  if (refusal !== undefined) {
    return refusal;
  }
  return store.find(kind, namespace, name) === undefined
    ? answer(201, store.put(object, { store: true }).object)
    : answer(409, statusBody(409, "AlreadyExists", `${kind.plural} "${name}" already exists`));
}

function patchObject(
  request: FakeRequest,
  kind: FakeResource,
  found: WireObject,
  store: FakeStore,
  dryRun: boolean,
): FakeAnswer {
  const patch = readJson(request.body) as { readonly metadata?: { readonly resourceVersion?: string } };
  const expected = patch.metadata?.resourceVersion;
  if (expected !== undefined && expected !== found.metadata["resourceVersion"]) {
    const message = `Operation cannot be fulfilled on ${kind.plural} "${found.metadata.name}": the object has been modified`;
    return answer(409, statusBody(409, "Conflict", message));
  }
  return answer(200, store.put(mergeInto(found, patch) as WireObject, { store: !dryRun }).object);
}

function deleteObject(
  request: FakeRequest,
  kind: FakeResource,
  found: WireObject,
  { store, namespacesLinger }: FakeState,
  dryRun: boolean,
): FakeAnswer {
  const { preconditions } = readJson(request.body) as {
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
  const { uid, resourceVersion } = { ...found.metadata, ...preconditions };
  if (uid !== found.metadata["uid"] || resourceVersion !== found.metadata["resourceVersion"]) {
    return answer(
      409,
      statusBody(409, "Conflict", "Precondition failed", {
        name: found.metadata.name,
        kind: kind.plural,
      }),
    );
  }
  if (!dryRun && namespacesLinger && kind.kind === "Namespace") {
    const deletionTimestamp = found.metadata["deletionTimestamp"] ?? new Date().toISOString();
    const metadata = { ...found.metadata, deletionTimestamp };
    return answer(200, store.put({ ...found, metadata, status: { phase: "Terminating" } }, { store: true }).object);
  }
  if (!dryRun) {
    store.remove(found);
  }
  return answer(200, { apiVersion: "v1", kind: "Status", status: "Success" });
}

/** Equality of labels, `metadata.name` and other fields by path; no sets, no inequality. */
function matchesSelectors(object: WireObject, parameters: URLSearchParams): boolean {
  const labels = (object.metadata["labels"] ?? {}) as Readonly<Record<string, unknown>>;
  const pairs = (text: string | null): readonly (readonly [string, string])[] =>
    (text ?? "")
      .split(",")
      .filter((part) => part !== "")
      .map((part) => [part.split("=")[0] ?? "", part.split("=")[1] ?? ""]);
  const valueAt = (path: string): unknown =>
    path.split(".").reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], object);
  return (
    pairs(parameters.get("labelSelector")).every(([key, value]) => labels[key] === value) &&
    pairs(parameters.get("fieldSelector")).every(([path, value]) => valueAt(path) === value)
  );
}

function answer(status: number, body: unknown): FakeAnswer {
  return { kind: "answer", status, body };
}
