import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { judgeIssuance, type Issuance } from "../../../core/decide/stuck-certificate.ts";
import { idOf, type KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { KubeError } from "../../../kube/errors.ts";
import { conditionOf, fieldsAt, textAt } from "../../../kube/readiness/object-fields.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import type { PendingHandler } from "./touch-object.ts";

const acme = "acme.cert-manager.io/v1";

/**
 * Says why a Certificate of cert-manager is not ready, by its Challenges, its
 * Order or its CertificateRequest. Ends the wait with a UserError (ISM666) when
 * cert-manager has given up: it would try again an hour later.
 */
export function explainStuckCertificates({
  client,
  context,
}: Pick<ProxyCluster, "client" | "context">): PendingHandler {
  return async (pending, signal) => {
    if (pending.kind !== "Certificate") {
      return undefined;
    }
    const stuck = judgeIssuance({ ...(await readIssuance(client, pending, signal)), context });
    if (stuck?.fix === undefined) {
      return stuck?.reason;
    }
    throw new UserError(
      [
        {
          ...errorOf("ISM666"),
          detail: `Certificate ${pending.metadata.namespace ?? ""}/${pending.metadata.name} of ${client.cluster} is not issued: ${stuck.reason}.`,
          fix: stuck.fix,
          cluster: client.cluster,
          object: idOf(pending),
        },
      ],
      exitCodes.failed,
    );
  };
}

/** What is there of the newest issuance of a Certificate; what may not be read is left out. */
async function readIssuance(
  client: KubeClient,
  certificate: KubeObject,
  signal: AbortSignal,
): Promise<Omit<Issuance, "context">> {
  const { namespace, name } = certificate.metadata;
  const list = async (apiVersion: string, kind: string): Promise<readonly KubeObject[]> => {
    try {
      return await client.list({ apiVersion, kind, namespace: namespace ?? "" }, { signal });
    } catch (error) {
      if (error instanceof KubeError) {
        return [];
      }
      throw error;
    }
  };
  const [requests, orders, challenges] = await Promise.all([
    list("cert-manager.io/v1", "CertificateRequest"),
    list(acme, "Order"),
    list(acme, "Challenge"),
  ]);
  const request = newest(requests, certificate);
  const order = request === undefined ? undefined : newest(orders, request);
  const own = order === undefined ? [] : challenges.filter((one) => isOwnedBy(one, order));
  return {
    certificate: `${namespace ?? ""}/${name}`,
    issuer: textAt(fieldsAt(fieldsAt(certificate, "spec"), "issuerRef"), "name") ?? "",
    isRunning: conditionOf(certificate, "Issuing")?.status === "True",
    request: request === undefined ? undefined : conditionOf(request, "Ready"),
    order:
      order === undefined
        ? undefined
        : { state: statusText(order, "state") || "pending", reason: statusText(order, "reason") },
    challenges: own.map((one) => ({
      dnsName: textAt(fieldsAt(one, "spec"), "dnsName") ?? "",
      type: textAt(fieldsAt(one, "spec"), "type") ?? "",
      state: statusText(one, "state") || "pending",
      reason: statusText(one, "reason"),
      presented: fieldsAt(one, "status")["presented"] === true,
    })),
  };
}

function statusText(object: KubeObject, key: string): string {
  return textAt(fieldsAt(object, "status"), key) ?? "";
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
