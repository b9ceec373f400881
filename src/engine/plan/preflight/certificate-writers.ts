import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { ownCertificates } from "../../../core/front-door/own-certificates.ts";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { idOf } from "../../../core/model/kube-object.ts";
import { istioNamespace } from "../../../core/render/names.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { listOrNone } from "./list-or-none.ts";
import type { PreflightRule } from "./preflight-rule.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

/** A Secret has one writer: cert-manager would put back its own certificate each time that isthmus puts in one (ISM665). */
export const certificateWriters: PreflightRule = {
  name: "certificate-writers",
  find: async ({ meshFile, members }, { signal }) => {
    const wanted = ownCertificates(meshFile.mesh);
    if (wanted.length === 0) {
      return [];
    }
    const found = members.map(async ({ client, cluster, context }) =>
      (await listCertificates(client, signal)).flatMap((certificate): readonly Diagnostic[] => {
        const { secretName } = (certificate["spec"] ?? {}) as { readonly secretName?: string };
        const { name } = certificate.metadata;
        const own = wanted.find((one) => one.secretName === secretName && one.clusters.includes(cluster.name));
        return own === undefined
          ? []
          : [
              {
                ...errorOf("ISM665"),
                detail: `Certificate ${istioNamespace}/${name} of ${cluster.name} has cert-manager fill the Secret ${own.secretName}, which isthmus is to fill with what it orders from ${own.issuer}. Each would undo what the other does.`,
                fix: `Delete it, its Secret stays and serves until the apply: ${kubectlLine(context.context)} -n ${istioNamespace} delete certificate.cert-manager.io ${name}. Then isthmus apply --adopt all --force-conflicts=Secret, since cert-manager has written the Secret.`,
                cluster: cluster.name,
                object: idOf(certificate),
              },
            ];
      }),
    );
    return (await Promise.all(found)).flat();
  },
};

/** None where there is no cert-manager. */
async function listCertificates(client: KubeClient, signal: AbortSignal): Promise<readonly KubeObject[]> {
  const kind = { apiVersion: "cert-manager.io/v1", kind: "Certificate", namespace: istioNamespace };
  return listOrNone(async () => client.list(kind, { signal }), signal);
}
