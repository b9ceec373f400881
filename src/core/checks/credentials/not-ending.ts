import type { Check } from "../check.ts";
import { problem, warning } from "../check.ts";
import { daysUntil, meshClusters, warnDays } from "../reached.ts";
import { remoteSecret } from "../subjects.ts";

/** Rancher's tokens and bound service account tokens end; the ones of isthmus' own Secrets do not (pain 4). */
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
              fix: "Run isthmus apply in time: it renews a token that is about to end (spec.access.rotateBefore says how long before).",
              cluster: one.cluster,
              remote: credential.cluster,
              object: { group: "", kind: "Secret", namespace: "istio-system", name: secret.name },
              breaks: [remoteSecret(one.cluster, credential.cluster)],
            }),
          ];
        }),
      ),
    ),
};
