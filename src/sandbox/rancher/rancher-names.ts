import { createHash } from "node:crypto";

/** The letters and digits of Kubernetes' own random names (k8s.io/apimachinery/pkg/util/rand): nothing that reads as a word. */
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Id of the cluster that Rancher itself runs on. */
export const localClusterId = "local";

/** Rancher's version that the double follows. */
export const rancherVersion = "v2.12.3";

/** The field manager of everything that the double writes. */
export const rancherFieldManager = "rancher";

/** Label of policies that Rancher made (RANCHER networkpolicy/netpol.go `creatorLabel`). */
export const creatorLabel = "cattle.io/creator";
export const creatorNorman = "norman";

/** Annotation and label of a namespace that belongs to a project (RANCHER nslabels/labels.go). */
export const projectIdField = "field.cattle.io/projectId";

/** Label of a cluster's system project, of which there is one (RANCHER project/system-project). */
export const systemProjectLabel = "authz.management.cattle.io/system-project";
export const defaultProjectLabel = "authz.management.cattle.io/default-project";

/** The annotation by which a management Cluster is known as a sandbox's; its value is JSON, as in the kubeconfig's extension. */
export const sandboxAnnotation = "isthmus.dev/sandbox";

/**
 * The id of a sandbox cluster, `c-` and five characters as Rancher makes them;
 * here they follow from the names, so that a mesh file with ids outlives
 * `sandbox down`. 27⁵ ids: two clusters of one sandbox (at most 15) share one
 * with a chance of 1 in 130,000.
 */
export function clusterId(instance: string, cluster: string): string {
  return `c-${shortHash(`${instance}/${cluster}`)}`;
}

/** Name of a project that Rancher itself makes in a cluster: `p-` and five characters that follow from the names. */
export function projectName(id: string, displayName: string): string {
  return `p-${shortHash(`${id}/${displayName}`)}`;
}

/** Five characters that follow from a text. */
export function shortHash(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  return [...digest.subarray(0, 5)].map((byte) => alphabet[byte % alphabet.length] ?? "").join("");
}

/** Characters of Rancher's random names and token secrets out of random bytes, one of each. */
export function spell(bytes: Uint8Array): string {
  return [...bytes].map((byte) => alphabet[byte % alphabet.length] ?? "").join("");
}
