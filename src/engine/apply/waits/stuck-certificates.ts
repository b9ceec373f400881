import { errorOf } from "../../../core/diagnostics/coded.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { fixOfIssuance, judgeIssuance } from "../../../core/decide/stuck-certificate.ts";
import { idOf } from "../../../core/model/kube-object.ts";
import { KubeError } from "../../../kube/errors.ts";
import { fieldsAt, textAt } from "../../../kube/readiness/object-fields.ts";
import { readClusterResourceNamespace } from "../../facts/cluster-resources.ts";
import { readIssuance } from "../../facts/read-issuance.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import type { PendingHandler } from "./touch-object.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

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
    const issuance = await readOrNothing(async () => readIssuance(client, pending, signal));
    const stuck = issuance === undefined ? undefined : judgeIssuance(issuance.issuance);
    if (stuck?.gaveUp === undefined) {
      return stuck?.reason;
    }
    const { namespace = "", name } = pending.metadata;
    const issuer = textAt(fieldsAt(fieldsAt(pending, "spec"), "issuerRef"), "name") ?? "";
    const home = await readOrNothing(async () => readClusterResourceNamespace(client, signal));
    throw new UserError(
      [
        {
          ...errorOf("ISM666"),
          detail: `Certificate ${namespace}/${name} of ${client.cluster} is not issued: ${stuck.reason}.`,
          fix: fixOfIssuance(stuck.gaveUp, {
            issuer,
            // isthmus names the account's Secret like the issuer.
            account: `${home ?? "?"}/${issuer}`,
            context,
            again: `${kubectlLine(context, "-n", namespace, "delete", "certificate", name)}, and run the same command again`,
          }),
          cluster: client.cluster,
          object: idOf(pending),
        },
      ],
      exitCodes.failed,
    );
  };
}

/** A wait does not end because its explanation cannot be read. */
async function readOrNothing<Value>(read: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof KubeError) {
      return undefined;
    }
    throw error;
  }
}
