import type { IssuanceFacts } from "../../core/checks/issuance-facts.ts";
import type { Issuance } from "../../core/decide/stuck-certificate.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isAbsence, isForbidden } from "../../kube/errors.ts";
import { conditionOf, fieldsAt, numberAt, textAt, wordsOf } from "../../kube/readiness/object-fields.ts";
import { readIssuer } from "./read-issuer.ts";

const acme = "acme.cert-manager.io/v1";

/** What cert-manager says of a Certificate, of its issuer, and of its newest issuance where it is not ready or has failed. */
export async function readIssuanceFacts(
  client: KubeClient,
  certificate: KubeObject,
  signal: AbortSignal,
): Promise<IssuanceFacts> {
  const condition = conditionOf(certificate, "Ready");
  const ready = condition?.status === "True";
  // https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateStatus
  const failed = numberAt(fieldsAt(certificate, "status"), "failedIssuanceAttempts", 0) > 0;
  const [issuer, { issuance, unread }] = await Promise.all([
    readIssuer(client, certificate, signal),
    ready && !failed ? { issuance: undefined, unread: [] } : readIssuance(client, certificate, signal),
  ]);
  const notRead = [...(issuer.state === "unread" ? [`${issuer.kind}s`] : []), ...unread];
  return {
    ready,
    ...(failed ? { failed } : {}),
    ...(condition === undefined ? {} : { says: wordsOf(condition) }),
    ...(issuance === undefined ? {} : { issuance }),
    issuer,
    ...(notRead.length === 0 ? {} : { unread: notRead }),
  };
}

/** What is there of the newest issuance of a Certificate, and the kinds that this account may not list; those are left out. */
export async function readIssuance(
  client: KubeClient,
  certificate: KubeObject,
  signal: AbortSignal,
): Promise<{ readonly issuance: Issuance; readonly unread: readonly string[] }> {
  const unread: string[] = [];
  const list: List = async (apiVersion, kind, more = {}) => {
    try {
      const namespace = certificate.metadata.namespace ?? "";
      return await client.list({ apiVersion, kind, namespace, ...more }, { signal });
    } catch (error) {
      if (isForbidden(error)) {
        unread.push(`${kind}s`);
      } else if (!isAbsence(error)) {
        throw error;
      }
      return [];
    }
  };
  const [requests, orders, challenges] = await Promise.all([
    list("cert-manager.io/v1", "CertificateRequest"),
    list(acme, "Order"),
    list(acme, "Challenge"),
  ]);
  const request = newest(requests, certificate);
  const order = request === undefined ? undefined : newest(orders, request);
  const made = order === undefined ? [] : challenges.filter((one) => isOwnedBy(one, order));
  const since = textAt((request ?? certificate).metadata, "creationTimestamp");
  const issuance = {
    ...(since === undefined ? {} : { since }),
    isRunning: conditionOf(certificate, "Issuing")?.status === "True",
    request: request === undefined ? undefined : requestOf(request),
    order: order === undefined ? undefined : await orderOf(order, made.length === 0, list),
    challenges: made.map((one) => ({
      dnsName: textAt(fieldsAt(one, "spec"), "dnsName") ?? "",
      type: textAt(fieldsAt(one, "spec"), "type") ?? "",
      state: statusText(one, "state") || "pending",
      reason: statusText(one, "reason"),
      presented: fieldsAt(one, "status")["presented"] === true,
    })),
  };
  return { issuance, unread };
}

function requestOf(request: KubeObject): Issuance["request"] {
  const { reason = "", message = "" } = conditionOf(request, "Ready") ?? {};
  return { name: request.metadata.name, reason, message };
}

type List = (
  apiVersion: string,
  kind: string,
  more?: { readonly fieldSelector?: string },
) => Promise<readonly KubeObject[]>;

/** An order for which no solver fits has no challenge, and says so by an event alone. */
async function orderOf(order: KubeObject, isAlone: boolean, list: List): Promise<Issuance["order"]> {
  const reason = statusText(order, "reason");
  // One that is made anew has the name of the one before.
  const fieldSelector = `type=Warning,involvedObject.uid=${order.metadata.uid ?? ""}`;
  const events = isAlone && reason === "" ? await list("v1", "Event", { fieldSelector }) : [];
  const [last] = events.toSorted((left, right) => timeOf(right).localeCompare(timeOf(left)));
  const warning = last && `${textAt(last, "reason") ?? ""}: ${textAt(last, "message") ?? ""}`;
  return {
    state: statusText(order, "state") || "pending",
    reason,
    ...(warning === undefined ? {} : { warning }),
  };
}

function statusText(object: KubeObject, key: string): string {
  return textAt(fieldsAt(object, "status"), key) ?? "";
}

function timeOf(event: KubeObject): string {
  return textAt(event, "lastTimestamp") ?? textAt(event, "eventTime") ?? "";
}

function newest(objects: readonly KubeObject[], owner: KubeObject): KubeObject | undefined {
  const made = (object: KubeObject): string => textAt(object.metadata, "creationTimestamp") ?? "";
  return objects
    .filter((one) => isOwnedBy(one, owner))
    .toSorted((left, right) => made(right).localeCompare(made(left)))[0];
}

function isOwnedBy(object: KubeObject, owner: KubeObject): boolean {
  const references = (object.metadata["ownerReferences"] ?? []) as readonly { readonly uid?: string }[];
  return references.some(({ uid }) => uid !== undefined && uid === owner.metadata.uid);
}
