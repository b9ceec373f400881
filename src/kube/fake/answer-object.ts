import { readJson } from "../../core/model/exact-json.ts";
import type { FakeAnswer, FakeRequest, FakeResource, FakeState } from "./fake-request.ts";
import { answer } from "./fake-request.ts";
import type { FakeStore, WireObject } from "./fake-store.ts";
import { mergeInto } from "./fake-store.ts";
import { statusBody } from "./status-body.ts";

/** A request about one object. */
export interface ObjectRequest extends FakeRequest {
  readonly kind: FakeResource;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Answers `GET`, `PATCH` and `DELETE` of an object. */
export function answerObject(asked: ObjectRequest, state: FakeState): FakeAnswer {
  const { kind, namespace, name } = asked;
  const found = state.store.find(kind, namespace, name);
  if (asked.method === "PATCH" && asked.contentType === "application/apply-patch+yaml") {
    return applyObject(asked, found, state);
  }
  if (!["GET", "PATCH", "DELETE"].includes(asked.method)) {
    return answer(405, statusBody(405, "MethodNotAllowed", "the fake does not know this method"));
  }
  if (found === undefined) {
    const details = { name, kind: kind.plural };
    return answer(404, statusBody(404, "NotFound", `${kind.plural} "${name}" not found`, details));
  }
  switch (asked.method) {
    case "PATCH":
      return patchObject(asked, found, state);
    case "DELETE":
      return deleteObject(asked, found, state);
    default:
      return answer(200, found);
  }
}

/** Answers the `POST` of a new object. */
export function createObject(asked: Omit<ObjectRequest, "name">, { store }: FakeState): FakeAnswer {
  const { body, kind, namespace } = asked;
  const object = readJson(body) as WireObject;
  const { name } = object.metadata;
  const refusal = refuseTerminating(kind, namespace, store);
  if (refusal !== undefined) {
    return refusal;
  }
  const made = isDryRun(asked) ? injected(object, namespace, store) : object;
  return store.find(kind, namespace, name) === undefined
    ? answer(201, store.put(made, { store: !isDryRun(asked) }).object)
    : answer(409, statusBody(409, "AlreadyExists", `${kind.plural} "${name}" already exists`));
}

/** What Istio's webhook makes of a pod that is tried where the namespace asks for sidecars; pods that are made have what their tests give them. */
function injected(object: WireObject, namespace: string | undefined, store: FakeStore): WireObject {
  const space = store.find({ apiVersion: "v1", kind: "Namespace" }, undefined, namespace ?? "");
  const labels = (space?.metadata["labels"] ?? {}) as Readonly<Record<string, string>>;
  const spec = object["spec"] as { readonly containers?: readonly object[] } | undefined;
  return object.kind === "Pod" && (labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined)
    ? { ...object, spec: { ...spec, containers: [...(spec?.containers ?? []), { name: "istio-proxy" }] } }
    : object;
}

function isDryRun({ url }: FakeRequest): boolean {
  return url.searchParams.get("dryRun") === "All";
}

function applyObject(
  asked: ObjectRequest,
  found: WireObject | undefined,
  { store, conflicts, admit = (object) => object }: FakeState,
): FakeAnswer {
  const { kind } = asked;
  const applied = admit(readJson(asked.body) as WireObject);
  if (isRefused(applied)) {
    return answer(403, statusBody(403, "Forbidden", applied.refused, { kind: kind.plural }));
  }
  const { name } = applied.metadata;
  const refusal = found === undefined ? refuseTerminating(kind, applied.metadata.namespace, store) : undefined;
  if (refusal !== undefined) {
    return refusal;
  }
  const conflict = conflicts.get(`${kind.apiVersion}/${kind.kind}/${name}`);
  if (conflict !== undefined && asked.url.searchParams.get("force") !== "true") {
    const { manager, field } = conflict;
    const message = `conflict with "${manager}" using ${kind.apiVersion}`;
    const causes = [{ reason: "FieldManagerConflict", message, field }];
    return answer(409, statusBody(409, "Conflict", `Apply failed with 1 conflict: ${message}: ${field}`, { causes }));
  }
  const { object, created } = store.put(mergeInto(found, applied) as WireObject, { store: !isDryRun(asked) });
  return answer(created ? 201 : 200, object);
}

function isRefused(admitted: WireObject | { readonly refused: string }): admitted is { readonly refused: string } {
  return "refused" in admitted;
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

function patchObject(asked: ObjectRequest, found: WireObject, { store }: FakeState): FakeAnswer {
  const patch = readJson(asked.body) as { readonly metadata?: { readonly resourceVersion?: string } };
  const expected = patch.metadata?.resourceVersion;
  if (expected !== undefined && expected !== found.metadata["resourceVersion"]) {
    const message = `Operation cannot be fulfilled on ${asked.kind.plural} "${found.metadata.name}": the object has been modified`;
    return answer(409, statusBody(409, "Conflict", message));
  }
  return answer(200, store.put(mergeInto(found, patch) as WireObject, { store: !isDryRun(asked) }).object);
}

function deleteObject(asked: ObjectRequest, found: WireObject, { store, namespacesLinger }: FakeState): FakeAnswer {
  const { kind } = asked;
  const dryRun = isDryRun(asked);
  const { preconditions } = readJson(asked.body) as {
    readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  };
  const { uid, resourceVersion } = { ...found.metadata, ...preconditions };
  if (uid !== found.metadata["uid"] || resourceVersion !== found.metadata["resourceVersion"]) {
    const details = { name: found.metadata.name, kind: kind.plural };
    return answer(409, statusBody(409, "Conflict", "Precondition failed", details));
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
