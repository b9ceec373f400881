import { clustersAnswer } from "./access/clusters-answer.ts";
import { controllers } from "./access/controllers.ts";
import { distinctClusters } from "./access/distinct-clusters.ts";
import { kubeProxies } from "./access/kube-proxies.ts";
import { namespacesStay } from "./access/namespaces-stay.ts";
import { nodesReady } from "./access/nodes-ready.ts";
import { podsStart } from "./access/pods-start.ts";
import { storage } from "./access/storage.ts";
import { runtimesAnswer } from "./access/runtimes-answer.ts";
import { authorities } from "./certificates/authorities.ts";
import { certificateIssuance } from "./certificates/issuance.ts";
import { certificateOrders } from "./certificates/orders.ts";
import { certificatePages } from "./certificates/pages.ts";
import { certificatesFit } from "./certificates/fit.ts";
import { frontDoors } from "./certificates/front-doors.ts";
import { certificateRenewal } from "./certificates/renewal.ts";
import { certificatesInProxies } from "./certificates/in-proxies.ts";
import type { Check } from "./check.ts";
import { controllerHooks } from "./control-plane/controller-hooks.ts";
import { clusterId } from "./control-plane/cluster-id.ts";
import { istiodRights } from "./control-plane/istiod-rights.ts";
import { istiodReady } from "./control-plane/istiod-ready.ts";
import { meshConfig } from "./control-plane/mesh-config.ts";
import { meshId } from "./control-plane/mesh-id.ts";
import { newSidecarsCheck } from "./control-plane/new-sidecars.ts";
import { proxiesAccept } from "./control-plane/proxies-accept.ts";
import { proxiesConnected } from "./control-plane/proxies-connected.ts";
import { proxiesCurrent } from "./control-plane/proxies-current.ts";
import { rootCertificate } from "./control-plane/root-certificate.ts";
import { validation } from "./control-plane/validation.ts";
import { webhook } from "./control-plane/webhook.ts";
import { writeHooks } from "./control-plane/write-hooks.ts";
import { writes } from "./control-plane/writes.ts";
import { credentialsAccepted } from "./credentials/accepted.ts";
import { credentialsNotEnding } from "./credentials/not-ending.ts";
import { remoteSecrets } from "./credentials/remote-secrets.ts";
import { secretNames } from "./credentials/secret-names.ts";
import { addedFields } from "./drift/added-fields.ts";
import { beingDeleted } from "./drift/being-deleted.ts";
import { inventory } from "./drift/inventory.ts";
import { meshFile as meshFileApplied } from "./drift/mesh-file.ts";
import { objects as driftedObjects } from "./drift/objects.ts";
import { unfinished } from "./drift/unfinished.ts";
import { owner } from "./dns/owner.ts";
import { policy } from "./dns/policy.ts";
import { published } from "./dns/published.ts";
import { reads } from "./dns/reads.ts";
import { gatewaysHaveAddresses } from "./gateways/addresses.ts";
import { claimedAddresses } from "./gateways/claimed-addresses.ts";
import { crossNetworkGateway } from "./gateways/cross-network.ts";
import { listener } from "./gateways/listener.ts";
import { proxiesAnswer } from "./gateways/proxies-answer.ts";
import { gatewaysReady } from "./gateways/ready.ts";
import { gatewayServices } from "./gateways/services.ts";
import { sharedPorts } from "./gateways/shared-ports.ts";
import { strangers } from "./gateways/strangers.ts";
import { subsetChains } from "./gateways/subset-chains.ts";
import { endpointShards } from "./join/endpoint-shards.ts";
import { formerClusters } from "./join/former-clusters.ts";
import { gatewaysConnect } from "./join/gateways-connect.ts";
import { istiodSynced } from "./join/istiod-synced.ts";
import { networkGateways } from "./join/network-gateways.ts";
import { clusterDns } from "./network/cluster-dns.ts";
import { dnsAddress } from "./network/dns-address.ts";
import { gatewayLabel } from "./network/gateway-label.ts";
import { podLabels } from "./network/pod-labels.ts";
import { namespaceLabel } from "./network/namespace-label.ts";
import { authorization } from "./policies/authorization.ts";
import { istioCni } from "./policies/istio-cni.ts";
import { networkPolicies } from "./policies/network-policies.ts";
import { closed } from "./policies/closed.ts";
import { open } from "./policies/open.ts";
import { peerAuthentication } from "./policies/peer-authentication.ts";
import { podSecurity } from "./policies/pod-security.ts";
import { quotas } from "./policies/quotas.ts";
import { filters } from "./routes/filters.ts";
import { callers } from "./routes/callers.ts";
import { routeEndpoints } from "./routes/endpoints.ts";
import { failover } from "./routes/failover.ts";
import { foreignEndpoints } from "./routes/foreign-endpoints.ts";
import { foreignRules } from "./routes/foreign-rules.ts";
import { routesInProxies } from "./routes/in-proxies.ts";
import { namesInProxies } from "./routes/names-in-proxies.ts";
import { localities } from "./routes/localities.ts";
import { subsets } from "./routes/subsets.ts";
import { visibility } from "./routes/visibility.ts";
import { weights } from "./routes/weights.ts";
import { callsPastSidecars } from "./services/calls-past-sidecars.ts";
import { drained } from "./services/drained.ts";
import { endpointsKept } from "./services/endpoints-kept.ts";
import { inEveryCluster } from "./services/in-every-cluster.ts";
import { otherPods } from "./services/other-pods.ts";
import { portNames } from "./services/port-names.ts";
import { podsReady } from "./services/pods-ready.ts";
import { portsAlike } from "./services/ports-alike.ts";
import { sidecarPorts } from "./services/sidecar-ports.ts";
import { sidecars } from "./services/sidecars.ts";
import { versionsRun } from "./services/versions-run.ts";
import { cacertsSound } from "./trust/cacerts-sound.ts";
import { issuedByCacerts } from "./trust/issued-by-cacerts.ts";
import { proxiesTrustRoot } from "./trust/proxies-trust-root.ts";
import { sameRoot } from "./trust/same-root.ts";
import { signer } from "./trust/signer.ts";
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
  distinctClusters,
  storage,
  controllers,
  namespacesStay,
  runtimesAnswer,
  nodesReady,
  kubeProxies,
  podsStart,
  kubernetes,
  istioVersion,
  rotationSafe,
  quotas,
  podSecurity,
  istioCni,
  networkPolicies,
  closed,
  open,
  peerAuthentication,
  authorization,
  inventory,
  unfinished,
  beingDeleted,
  addedFields,
  driftedObjects,
  meshFileApplied,
  cacertsSound,
  sameRoot,
  issuedByCacerts,
  signer,
  proxiesTrustRoot,
  meshId,
  meshConfig,
  istiodRights,
  istiodReady,
  webhook,
  validation,
  writeHooks,
  controllerHooks,
  newSidecarsCheck,
  writes,
  rootCertificate,
  clusterId,
  proxiesConnected,
  proxiesAccept,
  proxiesCurrent,
  clusterDns,
  dnsAddress,
  namespaceLabel,
  gatewayLabel,
  podLabels,
  gatewaysReady,
  gatewaysHaveAddresses,
  gatewayServices,
  claimedAddresses,
  strangers,
  proxiesAnswer,
  crossNetworkGateway,
  sharedPorts,
  listener,
  subsetChains,
  remoteSecrets,
  secretNames,
  credentialsNotEnding,
  credentialsAccepted,
  istiodSynced,
  networkGateways,
  gatewaysConnect,
  endpointShards,
  formerClusters,
  inEveryCluster,
  portNames,
  versionsRun,
  endpointsKept,
  portsAlike,
  otherPods,
  podsReady,
  drained,
  sidecars,
  sidecarPorts,
  callsPastSidecars,
  visibility,
  subsets,
  foreignRules,
  weights,
  filters,
  routesInProxies,
  namesInProxies,
  callers,
  routeEndpoints,
  foreignEndpoints,
  localities,
  failover,
  authorities,
  certificateOrders,
  certificateIssuance,
  frontDoors,
  certificatesFit,
  certificatesInProxies,
  certificateRenewal,
  certificatePages,
  owner,
  policy,
  published,
  reads,
];
