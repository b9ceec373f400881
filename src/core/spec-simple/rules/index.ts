import { checkClusterAccess } from "./cluster-access.ts";
import { checkClusterNames } from "./cluster-names.ts";
import { checkContexts } from "./contexts.ts";
import { checkIssuerReferences } from "./issuer-references.ts";
import { checkManagedValues } from "./managed-values.ts";
import { checkMatches } from "./matches.ts";
import { checkNetworks } from "./networks.ts";
import { checkProvider } from "./provider.ts";
import { checkRouteNames } from "./route-names.ts";
import type { Rule } from "./rule.ts";
import { checkServiceNames } from "./service-names.ts";
import { checkVersionClusters } from "./version-clusters.ts";
import { checkWeights } from "./weights.ts";

/** Every rule, in no order that matters: findings are sorted by place. A new rule is a file here and a line below. */
export const rules: readonly Rule[] = [
  checkClusterNames,
  checkNetworks,
  checkClusterAccess,
  checkContexts,
  checkServiceNames,
  checkVersionClusters,
  checkRouteNames,
  checkMatches,
  checkWeights,
  checkIssuerReferences,
  checkManagedValues,
  checkProvider,
];
