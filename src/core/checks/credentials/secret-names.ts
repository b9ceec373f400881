import { istioNamespace } from "../../render/names.ts";
import { remoteSecretName } from "../../render/remote-secret.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { applyCommand, kubectl, restart } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { remoteSecret } from "../subjects.ts";

/** istiod takes a cluster's name from the Secret's key; it must be that of the mesh, once, and not the cluster's own (docs/guides/check.md, complaint 7). */
export const secretNames: Check = {
  id: "credentials/secret-names",
  sentence: "remote secrets carry the other clusters' names",
  pre: false,
  run: (facts) => {
    const known = new Set(facts.mesh.clusters.map((one) => one.name));
    const ownNames = new Set(facts.mesh.clusters.map((one) => remoteSecretName(one.name)));
    return meshClusters(facts).flatMap((one) => {
      const firsts = firstSecrets(one);
      return one.remoteSecrets.flatMap((secret) => {
        const twice = secret.keys.filter((key) => firsts.get(key) !== secret.name);
        const [flaw] = [
          ...secret.keys
            .filter((key) => key === one.cluster)
            .map((key) => `is about ${key}, the cluster that it is in`),
          ...secret.keys.filter((key) => !known.has(key)).map((key) => `is about ${key}, which is not in the mesh`),
          ...twice.map(
            (key) =>
              `is about ${key} as ${firsts.get(key) ?? ""} is${firsts.get(key) === remoteSecretName(key) ? ", which is isthmus' own" : ""}: istiod takes the one that it sees first and passes the other over ("cluster has already been registered")`,
          ),
          ...(secret.annotation !== undefined && !secret.keys.includes(secret.annotation)
            ? [`says ${secret.annotation} in its annotation and ${secret.keys.join(", ") || "nothing"} in its data`]
            : []),
        ];
        const own = ownNames.has(secret.name);
        return flaw === undefined
          ? []
          : [
              problem("ISM431", {
                detail: `Secret istio-system/${secret.name} of ${one.cluster} ${flaw}.`,
                fix: own
                  ? "Have isthmus write its Secret anew."
                  : `Delete it${twice.length > 0 ? ", and have istiod read isthmus' own" : "; or, where another mesh is meant, whoever has made it has to decide"}.`,
                commands: [
                  kubectl(one, "-n", istioNamespace, "delete", "secret", secret.name),
                  applyCommand(facts, { cluster: one.cluster }),
                  // istiod does not come back to a secret that it has passed over, and keeps the gateways of a cluster that it has once read.
                  ...(twice.length > 0 || secret.keys.some((key) => !known.has(key))
                    ? [restart(one, istioNamespace, "istiod")]
                    : []),
                ],
                cluster: one.cluster,
                object: { group: "", kind: "Secret", namespace: "istio-system", name: secret.name },
                breaks: facts.mesh.clusters
                  .map((other) => other.name)
                  .filter(
                    (other) =>
                      [...secret.keys, secret.annotation].includes(other) || secret.name === remoteSecretName(other),
                  )
                  .map((other) => remoteSecret(one.cluster, other)),
              }),
            ];
      });
    });
  },
};

/** By the cluster that it is about, the name of the Secret that stays: isthmus' own, else the first one. */
function firstSecrets({ remoteSecrets }: ReachedCluster): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  for (const { name, keys } of remoteSecrets) {
    for (const key of keys) {
      const first = firsts.get(key);
      const stays = name === remoteSecretName(key) || (first !== remoteSecretName(key) && name < (first ?? "\uFFFF"));
      firsts.set(key, stays ? name : (first ?? name));
    }
  }
  return firsts;
}
