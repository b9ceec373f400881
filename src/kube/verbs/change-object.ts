import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { ownFieldManager } from "../../core/render/names.ts";
import type { ApplyOptions, CreateOptions, PatchOptions } from "../client.ts";
import type { Connection } from "../connection.ts";
import { objectPath } from "./object-path.ts";
import type { ObjectReference } from "../object-reference.ts";
import { referenceOf } from "../object-reference.ts";
import { readObject } from "../wire/read-answer.ts";
import type { WireRequest } from "../wire/wire-request.ts";
import { collectSecrets, writeWireObject } from "../wire/wire-object.ts";

/** Server-side apply; see `KubeClient.apply`. */
export async function applyObject(
  connection: Connection,
  object: KubeObject,
  { dryRun = false, force = false, fieldManager = ownFieldManager, subresource, signal }: ApplyOptions,
): Promise<KubeObject> {
  const reference = referenceOf(object);
  const path = await objectPath(connection, reference, { verb: "apply", signal });
  return sendChange(
    connection,
    {
      method: "PATCH",
      path: subresource === undefined ? path : `${path}/${subresource}`,
      query: { fieldManager, ...strictly, force: String(force), ...dryRunQuery(dryRun) },
      // JSON is YAML; API servers before 1.30 know no other content type for this.
      contentType: "application/apply-patch+yaml",
      subject: { verb: dryRun ? "dry-run" : "apply", object: reference },
      racing: true,
      signal,
    },
    atPath(object, path),
  );
}

/** A new object; see `KubeClient.create`. */
export async function createObject(
  connection: Connection,
  object: KubeObject,
  { dryRun = false, signal }: CreateOptions,
): Promise<KubeObject> {
  const reference = referenceOf(object);
  const path = await objectPath(connection, reference, { verb: "create", signal });
  return sendChange(
    connection,
    {
      method: "POST",
      path: path.slice(0, path.lastIndexOf("/")),
      query: { fieldManager: ownFieldManager, ...strictly, ...dryRunQuery(dryRun) },
      contentType: "application/json",
      subject: { verb: dryRun ? "dry-run" : "create", object: reference },
      signal,
    },
    atPath(object, path),
  );
}

/** JSON merge patch; see `KubeClient.patchMerge`. */
export async function patchObject(
  connection: Connection,
  reference: ObjectReference,
  patch: { readonly [key: string]: Json },
  { dryRun = false, urgent = false, fieldManager = ownFieldManager, signal }: PatchOptions,
): Promise<KubeObject> {
  return sendChange(
    connection,
    {
      method: "PATCH",
      path: await objectPath(connection, reference, { verb: "patch", signal }),
      query: { fieldManager, ...strictly, ...dryRunQuery(dryRun) },
      contentType: "application/merge-patch+json",
      urgent,
      subject: { verb: "patch", object: reference },
      signal,
    },
    patch,
  );
}

/** What is unknown or there twice is refused instead of dropped (https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation). */
const strictly = { fieldValidation: "Strict" };

function dryRunQuery(dryRun: boolean): { readonly dryRun?: "All" } {
  return dryRun ? { dryRun: "All" } : {};
}

/** Sends `body` and reads the object that comes back. */
async function sendChange(
  { transport, report }: Connection,
  request: Omit<WireRequest, "body">,
  body: Json | KubeObject,
): Promise<KubeObject> {
  const answer = await transport.send({ ...request, body: writeWireObject(body) });
  if (answer.status !== 200 && answer.status !== 201) {
    throw report.answerFailure(answer, request.subject, collectSecrets(body));
  }
  return readObject(answer, request.subject, report);
}

/** Without its namespace where the kind has none: manifests of custom kinds are read before anybody can know. */
function atPath(object: KubeObject, path: string): KubeObject {
  const { namespace, ...metadata } = object.metadata;
  return namespace === undefined || path.includes("/namespaces/") ? object : { ...object, metadata };
}
