import { clustersAnswer } from "./access/clusters-answer.ts";
import { nodesReady } from "./access/nodes-ready.ts";
import { authorities } from "./certificates/authorities.ts";
import { frontDoors } from "./certificates/front-doors.ts";
import type { Check } from "./check.ts";
import { clusterId } from "./control-plane/cluster-id.ts";
import { istiodReady } from "./control-plane/istiod-ready.ts";
import { meshId } from "./control-plane/mesh-id.ts";
import { rootCertificate } from "./control-plane/root-certificate.ts";
import { webhook } from "./control-plane/webhook.ts";
import { credentialsAccepted } from "./credentials/accepted.ts";
import { credentialsNotEnding } from "./credentials/not-ending.ts";
import { remoteSecrets } from "./credentials/remote-secrets.ts";
import { secretNames } from "./credentials/secret-names.ts";
import { owner } from "./dns/owner.ts";
import { policy } from "./dns/policy.ts";
import { gatewaysHaveAddresses } from "./gateways/addresses.ts";
import { crossNetworkGateway } from "./gateways/cross-network.ts";
import { listener } from "./gateways/listener.ts";
import { gatewaysReady } from "./gateways/ready.ts";
import { endpointShards } from "./join/endpoint-shards.ts";
import { istiodSynced } from "./join/istiod-synced.ts";
import { networkGateways } from "./join/network-gateways.ts";
import { gatewayLabel } from "./network/gateway-label.ts";
import { namespaceLabel } from "./network/namespace-label.ts";
import { networkPolicies } from "./policies/network-policies.ts";
import { quotas } from "./policies/quotas.ts";
import { localities } from "./routes/localities.ts";
import { subsets } from "./routes/subsets.ts";
import { weights } from "./routes/weights.ts";
import { inEveryCluster } from "./services/in-every-cluster.ts";
import { sidecars } from "./services/sidecars.ts";
import { versionsRun } from "./services/versions-run.ts";
import { cacertsSound } from "./trust/cacerts-sound.ts";
import { issuedByCacerts } from "./trust/issued-by-cacerts.ts";
import { proxiesTrustRoot } from "./trust/proxies-trust-root.ts";
import { sameRoot } from "./trust/same-root.ts";
import { istioVersion } from "./versions/istio-version.ts";
import { kubernetes } from "./versions/kubernetes.ts";
import { rotationSafe } from "./versions/rotation-safe.ts";

/**
 * All checks, in the order of the report: categories as `categories` has
 * them, and within and across them causes before what follows from them, since
 * the causes of a report come in this order. What follows from what is said by
 * the findings (`breaks` and `needs`). A new check is a file in its category's
 * folder, a line here, and a code in `src/core/diagnostics/codes/check.ts`.
 */
export const checks: readonly Check[] = [
  clustersAnswer,
  nodesReady,
  kubernetes,
  istioVersion,
  rotationSafe,
  quotas,
  networkPolicies,
  cacertsSound,
  sameRoot,
  issuedByCacerts,
  proxiesTrustRoot,
  meshId,
  istiodReady,
  webhook,
  rootCertificate,
  clusterId,
  namespaceLabel,
  gatewayLabel,
  gatewaysReady,
  gatewaysHaveAddresses,
  crossNetworkGateway,
  listener,
  remoteSecrets,
  secretNames,
  credentialsNotEnding,
  credentialsAccepted,
  istiodSynced,
  networkGateways,
  endpointShards,
  inEveryCluster,
  versionsRun,
  sidecars,
  subsets,
  weights,
  localities,
  authorities,
  frontDoors,
  owner,
  policy,
];
