/** Kinds that others refer to come first; kinds that start pods or refuse requests come last. */
const ranks: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition", "LimitRange", "ResourceQuota", "NetworkPolicy", "PodSecurityPolicy"],
  ["ServiceAccount", "ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding", "ConfigMap", "Secret"],
  ["Service"],
];
const workloadRank = ranks.length + 1;
const workloads: readonly string[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"];

/** The rank of a kind within a wave; objects of a lower rank are applied before those of a higher one. */
export function rankOf(kind: string): number {
  if (workloads.includes(kind)) {
    return workloadRank;
  }
  const found = ranks.findIndex((kinds) => kinds.includes(kind));
  return found === -1 ? ranks.length : found;
}

/** Code-point order, the same on every machine and locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
