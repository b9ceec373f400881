import { onceFor } from "../../once-for.ts";
import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { ReachedCluster } from "../facts.ts";
import { applyFix, pairs } from "../reached.ts";
import { credential, remoteSecret } from "../subjects.ts";

/** istiod learns of another cluster by a remote secret and by nothing else (docs/guides/check.md, complaint 1). */
export const remoteSecrets: Check = {
  id: "credentials/remote-secrets",
  sentence: "every cluster has a remote secret for every other",
  pre: false,
  run: (facts) => {
    const keysOf = onceFor((one: ReachedCluster) => new Set(one.remoteSecrets.flatMap((secret) => secret.keys)));
    return pairs(facts)
      .filter(({ reader, remote }) => !keysOf(reader).has(remote))
      .map(({ reader, remote }) =>
        problem("ISM430", {
          detail: `${reader.cluster} has no remote secret for ${remote}, so its istiod knows nothing of what runs there: only the local cluster answers.`,
          fix: applyFix,
          cluster: reader.cluster,
          remote,
          object: { group: "", kind: "Secret", namespace: "istio-system", name: remoteSecretName(remote) },
          breaks: [credential(reader.cluster, remote)],
          needs: [remoteSecret(reader.cluster, remote)],
          provenBy: { own: ["istiod", "remoteSecrets"] },
        }),
      );
  },
};
