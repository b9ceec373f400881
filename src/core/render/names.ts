/** The namespace of every Istio control plane that isthmus installs. */
export const istioNamespace = "istio-system";

/** Where `istioctl operator init` puts Istio's in-cluster operator (Istio before 1.24). */
export const operatorNamespace = "istio-operator";

/** How Rancher's local cluster is called in plans, where it stands beside the clusters of the mesh. No cluster's name has a colon. */
export const rancherLocalTarget = "rancher:local";

/** The label of every object that isthmus owns; its value is the mesh's name. */
export const meshLabel = "isthmus.dev/mesh";

/** The field manager of every change that isthmus makes (server-side apply). */
export const ownFieldManager = "isthmus";

/** On an object of ours, with the value "true": it is never deleted, whatever the mesh file says. */
export const keepAnnotation = "isthmus.dev/keep";

/** On a Gateway whose hosts external-dns publishes: whose the addresses are, `west=192.0.2.1;east=192.0.2.2,192.0.2.3`. */
export const publishedAnnotation = "isthmus.dev/published";

/** Where istiod finds which network a namespace, a gateway or a pod is in (https://istio.io/latest/docs/reference/config/labels/). */
export const networkLabel = "topology.istio.io/network";

/** The label that istiod gives to every endpoint and every proxy: the cluster that it runs in (https://istio.io/latest/docs/reference/config/labels/). */
export const clusterLabel = "topology.istio.io/cluster";

/** Istio's reserved word in a VirtualService's `gateways`: the sidecars. https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService */
export const meshGateway = "mesh";

/** Gateways and HTTPRoutes of the Kubernetes Gateway API (https://gateway-api.sigs.k8s.io/), as its standard channel serves them from 1.0 on. */
export const gatewayApiVersion = "gateway.networking.k8s.io/v1";

/** The Gateway that opens the east-west gateway for the other networks, in Istio's namespace. */
export const crossNetworkGatewayName = "cross-network-gateway";

/** What the names of the VirtualServices begin with that isthmus makes for hosts with several routes. */
export const ownRoutePrefix = "isthmus-";

/** The name of everything in Istio's namespace that leads http01 challenges to cert-manager's pods. */
export const challengeName = "isthmus-http01";

export const eastWestGateway = "istio-eastwestgateway";
export const ingressGateway = "istio-ingressgateway";

/** The port that carries mTLS between networks (https://istio.io/latest/docs/ops/deployment/application-requirements/). */
export const crossNetworkPort = 15443;

/** Istio's own service account for reading a cluster from outside, and the token Secret that `istioctl create-remote-secret` would make (https://istio.io/latest/docs/reference/commands/istioctl/#istioctl-create-remote-secret). */
export const readerServiceAccount = "istio-reader-service-account";
export const readerTokenSecret = "istio-reader-service-account-istio-remote-secret-token";

/** The name under which a service is known in every cluster. */
export function serviceHost(service: { readonly namespace: string; readonly name: string }): string {
  return `${service.name}.${service.namespace}.svc.cluster.local`;
}
