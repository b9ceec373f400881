import { istioNamespace } from "../../render/names.ts";
import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { applyCommand, kubectl } from "../commands.ts";
import { daysUntil, meshClusters, warnDays } from "../reached.ts";
import { remoteSecret } from "../subjects.ts";

/** Rancher's tokens and bound service account tokens end; the ones of isthmus' own Secrets do not (docs/guides/check.md, complaint 4). */
export const credentialsNotEnding: Check = {
  id: "credentials/not-ending",
  sentence: `no credential of a remote secret ends within ${warnDays} days`,
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) =>
      one.remoteSecrets.flatMap((secret) =>
        secret.credentials.flatMap((credential) => {
          const left = credential.expires === undefined ? Infinity : daysUntil(facts, credential.expires);
          if (left >= warnDays) {
            return [];
          }
          const kind = credential.token === "rancher" ? "Rancher token" : "service account token";
          return [
            (left < 0 ? problem : warning)("ISM435", {
              detail: `The ${kind} of ${one.cluster}'s remote secret for ${credential.cluster} ${left < 0 ? "ended" : "ends"} on ${credential.expires?.slice(0, 10)}${left < 0 ? "" : `, in ${left} days`}.`,
              fix:
                left < 0
                  ? "Delete the Secret, and have isthmus write it with a token that works."
                  : "An apply renews it when less than spec.access.rotateBefore is left; until then whoever runs the mesh has to decide whether to wait.",
              ...(left < 0
                ? {
                    commands: [
                      kubectl(one, "-n", istioNamespace, "delete", "secret", secret.name),
                      applyCommand(facts),
                    ],
                  }
                : {}),
              cluster: one.cluster,
              remote: credential.cluster,
              object: { group: "", kind: "Secret", namespace: "istio-system", name: secret.name },
              breaks: [remoteSecret(one.cluster, credential.cluster)],
              provenBy: { own: ["istiod", "remoteSecrets"] },
            }),
          ];
        }),
      ),
    ),
};
