import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";

const reserved: readonly { readonly keys: readonly string[]; readonly field: string }[] = [
  { keys: ["global", "meshID"], field: "metadata.name" },
  { keys: ["global", "network"], field: "spec.clusters[].network" },
  { keys: ["global", "multiCluster", "clusterName"], field: "spec.clusters[].name" },
  { keys: ["gateways", "istio-eastwestgateway", "networkGateway"], field: "spec.clusters[].network" },
];

/** The user's values do not set what has to differ between clusters or be the same on all. */
export function checkReservedValues(draft: MeshDraft): readonly Finding[] {
  return reserved
    .filter(({ keys }) => hasKeys(draft.spec?.istio?.values, keys))
    .map(({ keys, field }) => ({
      code: "ISM136",
      path: ["spec", "istio", "values", ...keys],
      at: "key",
      detail: `The value ${keys.join(".")} comes from ${field}. Set here it would be the same for every cluster and could contradict the labels, secrets and certificates that are made from the field.`,
      fix: `Delete it, and set ${field}.`,
    }));
}

function hasKeys(value: unknown, keys: readonly string[]): boolean {
  let current = value;
  for (const key of keys) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) {
      return false;
    }
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return true;
}
