import { checkAlternatives } from "./alternatives.ts";
import { checkCertificateIssuers } from "./certificate-issuer.ts";
import { checkCertificateHosts } from "./certificate-hosts.ts";
import { checkChallengedHosts } from "./challenged-hosts.ts";
import { checkClusterAccess } from "./cluster-access.ts";
import { checkClusterEndpoints } from "./cluster-endpoints.ts";
import { checkClusterLocalRoutes } from "./cluster-local-routes.ts";
import { checkClusterLocalValues } from "./cluster-local-values.ts";
import { checkClusterNames } from "./cluster-names.ts";
import { checkClusterReferences } from "./cluster-references.ts";
import { checkConnectionRoutes } from "./connection-routes.ts";
import { checkEastWest } from "./east-west.ts";
import { checkExistingInstall } from "./existing-install.ts";
import { checkFailover } from "./failover.ts";
import { checkSessions } from "./sessions.ts";
import { checkFrontGateways } from "./front-gateways.ts";
import { checkGatewayApi } from "./gateway-api.ts";
import { checkGatewayApiLimits } from "./gateway-api-limits.ts";
import { checkGatewayApiOrder } from "./gateway-api-order.ts";
import { checkInstallMethod } from "./install-method.ts";
import { checkIssuerNames } from "./issuer-names.ts";
import { checkIssuerSolvers } from "./issuer-solvers.ts";
import { checkKnownRelease } from "./known-release.ts";
import { checkMapKeys } from "./map-keys.ts";
import { checkMeshConfigKeys } from "./mesh-config-keys.ts";
import { checkMeshRoutes } from "./mesh-routes.ts";
import { checkNameLengths } from "./name-lengths.ts";
import { checkNetworks } from "./networks.ts";
import { checkOneRouteApi } from "./one-route-api.ts";
import { checkProvenNames } from "./proven-names.ts";
import { checkPublishedHosts } from "./published-hosts.ts";
import { checkRancherSettings } from "./rancher-settings.ts";
import { checkRancherToken } from "./rancher-token.ts";
import { checkRegexes } from "./regexes.ts";
import { checkRegionalRoutes } from "./regional-routes.ts";
import { checkRegions } from "./regions.ts";
import { checkRepeatedEntries } from "./repeated-entries.ts";
import { checkReservedValues } from "./reserved-values.ts";
import { checkRequestHeaders } from "./request-headers.ts";
import { checkRequestPaths } from "./request-paths.ts";
import { checkRouteGateways } from "./route-gateways.ts";
import { checkRouteHosts } from "./route-hosts.ts";
import { checkRouteNames } from "./route-names.ts";
import { checkRouteSettings } from "./route-settings.ts";
import { checkRouteVerification } from "./route-verification.ts";
import type { Rule } from "./rule.ts";
import { checkSameCluster } from "./same-cluster.ts";
import { checkSameRequests } from "./same-requests.ts";
import { checkServiceNames } from "./service-names.ts";
import { checkSharedCertificates } from "./shared-certificates.ts";
import { checkSharedNetworks } from "./shared-networks.ts";
import { checkVersionClusters } from "./version-clusters.ts";
import { checkVersionLabels } from "./version-labels.ts";
import { checkWeightRange } from "./weight-range.ts";
import { checkWeightSum } from "./weight-sum.ts";
import { checkWeightVersions } from "./weight-versions.ts";

/** Every rule between fields. A new one is a file beside this one and a line here. */
export const rules: readonly Rule[] = [
  checkClusterNames,
  checkNetworks,
  checkSharedNetworks,
  checkEastWest,
  checkClusterAccess,
  checkClusterEndpoints,
  checkSameCluster,
  checkRancherSettings,
  checkRancherToken,
  checkKnownRelease,
  checkInstallMethod,
  checkExistingInstall,
  checkMeshConfigKeys,
  checkReservedValues,
  checkAlternatives,
  checkMapKeys,
  checkRepeatedEntries,
  checkServiceNames,
  checkClusterReferences,
  checkVersionClusters,
  checkVersionLabels,
  checkRouteNames,
  checkRegexes,
  checkRequestPaths,
  checkRequestHeaders,
  checkRouteGateways,
  checkRouteHosts,
  checkMeshRoutes,
  checkFrontGateways,
  checkSameRequests,
  checkConnectionRoutes,
  checkOneRouteApi,
  checkGatewayApi,
  checkGatewayApiLimits,
  checkGatewayApiOrder,
  checkRouteSettings,
  checkRouteVerification,
  checkWeightRange,
  checkWeightVersions,
  checkClusterLocalRoutes,
  checkClusterLocalValues,
  checkWeightSum,
  checkRegions,
  checkRegionalRoutes,
  checkFailover,
  checkSessions,
  checkIssuerNames,
  checkIssuerSolvers,
  checkCertificateIssuers,
  checkSharedCertificates,
  checkCertificateHosts,
  checkProvenNames,
  checkChallengedHosts,
  checkPublishedHosts,
  checkNameLengths,
];
