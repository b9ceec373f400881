import type { KubeObject } from "../../core/model/kube-object.ts";
import type { ListQuery } from "../client.ts";
import type { Connection } from "../connection.ts";
import { isRecord, textOf } from "../kubeconfig/read-fields.ts";
import { readParsed } from "../wire/read-answer.ts";
import { collectionPath } from "../resource-paths.ts";
import { readWireObject } from "../wire/wire-object.ts";

export interface ObjectList {
  readonly objects: readonly KubeObject[];
  /** Where a watch goes on. */
  readonly resourceVersion: string;
}

const pageSize = 500;

/** In which form a list comes. */
export interface ListForm {
  readonly accept?: string;
}

/** With the metadata of each object only; the whole where a server does not know that form. */
export const metadataOnly: ListForm = {
  accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=1,application/json",
};

/** Lists page by page. When the API server forgets a half-read list (410), it is read again in one piece. */
export async function listObjects(
  connection: Connection,
  query: ListQuery,
  signal: AbortSignal,
  form: ListForm = {},
): Promise<ObjectList> {
  const pages = await listPages(connection, query, signal, { ...form, limit: String(pageSize) });
  return pages ?? (await listWhole(connection, query, signal, form));
}

async function listWhole(
  connection: Connection,
  query: ListQuery,
  signal: AbortSignal,
  form: ListForm,
): Promise<ObjectList> {
  const whole = await listPages(connection, query, signal, form);
  if (whole === undefined) {
    throw connection.report.foreignAnswer(410, { verb: "list", object: query });
  }
  return whole;
}

/** Undefined = 410: the list has to be read again. */
async function listPages(
  { transport, discovery, report }: Connection,
  query: ListQuery,
  signal: AbortSignal,
  { limit, accept }: ListForm & { readonly limit?: string },
): Promise<ObjectList | undefined> {
  const subject = { verb: "list", object: query };
  const path = collectionPath(query.apiVersion, await discovery.find(query, "list", signal), query.namespace);
  const objects: KubeObject[] = [];
  let next: string | undefined;
  for (;;) {
    const answer = await transport.send({
      method: "GET",
      path,
      query: { ...selectorsOf(query), limit, continue: next },
      ...(accept === undefined ? {} : { accept }),
      subject,
      signal,
    });
    if (answer.status === 410) {
      return undefined;
    }
    if (answer.status !== 200) {
      throw report.answerFailure(answer, subject);
    }
    const page = readParsed(answer, subject, report);
    const items = page["items"] ?? [];
    const metadata = isRecord(page["metadata"]) ? page["metadata"] : {};
    if (!Array.isArray(items)) {
      throw report.foreignAnswer(answer.status, subject);
    }
    // Items of a typed list carry neither apiVersion nor kind, and with their metadata only those of PartialObjectMetadata.
    const { apiVersion, kind } = query;
    objects.push(...items.filter(isRecord).map((item) => readWireObject({ ...item, apiVersion, kind })));
    next = textOf(metadata["continue"]);
    if (next === undefined) {
      return { objects, resourceVersion: textOf(metadata["resourceVersion"]) ?? "" };
    }
  }
}

/** The query part that lists and watches share. */
export function selectorsOf({ labelSelector, fieldSelector }: ListQuery): Readonly<Record<string, string | undefined>> {
  return { labelSelector, fieldSelector };
}
