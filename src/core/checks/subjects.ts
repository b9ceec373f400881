import type { ObjectId } from "../model/kube-object.ts";
import { keyOf } from "../model/kube-object.ts";
import { istioNamespace } from "../render/names.ts";

/**
 * One thing in one cluster that can be broken and that others rest upon:
 * `gateway istio-eastwestgateway of east`. A finding says which subjects it
 * `breaks` and which it `needs`; what breaks a subject explains what needs it,
 * and nothing else does. So two gateways, two services or two clusters never
 * explain each other.
 */
export type Subject = `${string} of ${string}`;

/** The cluster's API server. */
export function apiServer(cluster: string): Subject {
  return `API server of ${cluster}`;
}

/** That the cluster's API server stores what it is told. */
export function storedWrites(cluster: string): Subject {
  return `storage of ${cluster}`;
}

/** Nodes on which pods can run. */
export function nodes(cluster: string): Subject {
  return `nodes of ${cluster}`;
}

/** That new pods are admitted in a namespace. */
export function newPods(cluster: string, namespace: string): Subject {
  return `new pods in ${namespace} of ${cluster}`;
}

/** That pods of a workload start. */
export function startOf(cluster: string, namespace: string, workload: string): Subject {
  return `start of ${namespace}/${workload} of ${cluster}`;
}

/** That an object is as it was applied: broken by drift. */
export function appliedObject(cluster: string, id: ObjectId): Subject {
  return `applied ${keyOf(id)} of ${cluster}`;
}

/** That packets of a cluster's pods pass. */
export function podNetwork(cluster: string): Subject {
  return `network of pods of ${cluster}`;
}

/** The CustomResourceDefinition of a kind, by its plural as Istio and cert-manager form it; objects of it are gone with it. */
export function definitionOf(cluster: string, { group, kind }: Pick<ObjectId, "group" | "kind">): Subject {
  const name = kind.toLowerCase();
  return definitionCalled(cluster, `${/[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`}.${group}`);
}

/** The same by its own name, `virtualservices.networking.istio.io`. */
export const definitionCalled = (cluster: string, name: string): Subject => `definition ${name} of ${cluster}`;

/** That a namespace is there, with everything in it. */
export function namespaceOf(cluster: string, namespace: string): Subject {
  return `namespace ${namespace} of ${cluster}`;
}

/** The objects that istiod needs beside its Deployment: accounts, rights and configuration. */
export function istiodObjects(cluster: string): Subject {
  return `objects for istiod of ${cluster}`;
}

/** The account by which other clusters read this one. */
export function readerAccount(cluster: string): Subject {
  return `account of the reader of ${cluster}`;
}

/** That nodes say in which region and zone they are. */
export function localityOf(cluster: string): Subject {
  return `locality of ${cluster}`;
}

/** What a version's pods come from. */
export function workloadsOf(cluster: string, service: string, version: string): Subject {
  return `workload ${version} of ${service} of ${cluster}`;
}

/** One object, as every finding about it breaks it. */
export function objectOf(cluster: string, id: ObjectId): Subject {
  return `${keyOf(id)} of ${cluster}`;
}

/** The certificates and the key in `cacerts`. */
export function cacerts(cluster: string): Subject {
  return `cacerts of ${cluster}`;
}

/** That istiod can sign with them: with parts that do not fit it does not start. */
export function signing(cluster: string): Subject {
  return `signing of ${cluster}`;
}

/** The root that the cluster's istiod signs under and hands out. */
export function issuedRoot(cluster: string): Subject {
  return `issued root of ${cluster}`;
}

/** One root certificate, wherever it is trusted. */
export function rootCertificateOf(fingerprint: string): Subject {
  return `root certificate of ${fingerprint}`;
}

/** ConfigMap istio-ca-root-cert of a namespace. */
export function rootInNamespace(cluster: string, namespace: string): Subject {
  return `root certificate in ${namespace} of ${cluster}`;
}

/** That istiod runs. */
export function istiod(cluster: string): Subject {
  return `istiod of ${cluster}`;
}

/** That istiod looks at the mesh's namespaces and tells proxies of all of them, as its mesh configuration says. */
export function meshConfiguration(cluster: string): Subject {
  return `mesh configuration of ${cluster}`;
}

/** That proxies of the cluster reach its istiod. */
export function wayToIstiod(cluster: string): Subject {
  return `way to istiod of ${cluster}`;
}

/** That a namespace asks for sidecars. */
export function injectedNamespace(cluster: string, namespace: string): Subject {
  return `injection in ${namespace} of ${cluster}`;
}

/** That the pods of a service have sidecars: gateways send by mTLS to those of other networks. */
export function sidecarsOf(cluster: string, service: string): Subject {
  return `sidecars of ${service} of ${cluster}`;
}

/** The name that istiod and gateways of the cluster take it to have. */
export function clusterName(cluster: string): Subject {
  return `name of ${cluster}`;
}

/** The network that other clusters take the cluster's pods to be in. */
export function networkLabelled(cluster: string): Subject {
  return `network of ${cluster}`;
}

/** The running pods of a gateway. */
export function gatewayPods(cluster: string, gateway: string): Subject {
  return `gateway ${gateway} of ${cluster}`;
}

/** Where a gateway can be reached from outside. */
export function gatewayAddress(cluster: string, gateway: string): Subject {
  return `address of ${gateway} of ${cluster}`;
}

/** The Gateway that opens the east-west gateway for other networks. */
export function crossNetwork(cluster: string): Subject {
  return `cross-network Gateway of ${cluster}`;
}

/** That gateways listen where a Gateway object asks them to, as far as other Gateways go. */
export function openedBy(cluster: string, gateway: ObjectId): Subject {
  return `listeners of ${keyOf(gateway)} of ${cluster}`;
}

/** The remote secret of `reader` that names `remote`. */
export function remoteSecret(reader: string, remote: string): Subject {
  return `remote secret for ${remote} of ${reader}`;
}

/** That `reader` may read `remote` with what its remote secret holds. */
export function credential(reader: string, remote: string): Subject {
  return `credential for ${remote} of ${reader}`;
}

/** All credentials of a cluster's istiod: it is not ready before it has tried each. */
export function credentials(reader: string): Subject {
  return `credentials of ${reader}`;
}

/** Why credentials for a cluster are refused: one reason for all that read it. */
export function refusal(remote: string, reason: string): Subject {
  return `${reason} of ${remote}`;
}

/** That `reader` follows what changes in `remote`. */
export function sync(reader: string, remote: string): Subject {
  return `sync with ${remote} of ${reader}`;
}

/** That the ingress proxies of a cluster do what the routes say: broken by what changes proxies themselves. */
export function plainIngress(cluster: string): Subject {
  return `plain ingress of ${cluster}`;
}

/** That `reader` has the addresses of the gateways of `remote`. */
export function knownGateways(reader: string, remote: string): Subject {
  return `gateways of ${remote} of ${reader}`;
}

/** The Service and endpoints of a service, `namespace/name`. */
export function serviceIn(cluster: string, service: string): Subject {
  return `service ${service} of ${cluster}`;
}

/** What the proxy of one pod has been told by istiod. */
export function proxyOf(cluster: string, pod: { readonly namespace: string; readonly name: string }): Subject {
  return `proxy ${pod.namespace}/${pod.name} of ${cluster}`;
}

/** That a proxy trusts the root of its own cluster: without that it does not connect to its istiod. */
export function trustOfProxy(cluster: string, pod: { readonly namespace: string; readonly name: string }): Subject {
  return `trust of ${pod.namespace}/${pod.name} of ${cluster}`;
}

/** That requests to a service, `namespace/name`, are taken by its pods in a cluster. */
export function requestsTo(cluster: string, service: string): Subject {
  return `requests to ${service} of ${cluster}`;
}

/** That callers inside a cluster reach a service, `namespace/name`, by what their sidecars hold. */
export function callsTo(cluster: string, service: string): Subject {
  return `calls to ${service} of ${cluster}`;
}

/** That proxies of `reader` take the endpoints of a service in `remote` for ones that speak mTLS. */
export function mutualTls(reader: string, remote: string, service: string): Subject {
  return `mTLS with ${service} in ${remote} of ${reader}`;
}

/** That proxies of `reader` trust what pods of `remote` show, and connections to them come about. */
export function trustBetween(reader: string, remote: string): Subject {
  return `trust in pods of ${remote} of ${reader}`;
}

/** That the ingress proxies of a cluster have the certificate of a Secret. */
export function awaitedCertificate(cluster: string, secret: string): Subject {
  return `certificate ${secret} in proxies of ${cluster}`;
}

/** That the newest listeners of a cluster's ingress proxies are in effect. */
export function newestListeners(cluster: string): Subject {
  return `newest listeners of ${cluster}`;
}

/** That the proxies of a cluster trust what their istiod is signed by; which roots a sidecar has is not read. */
export function trustOfSidecars(cluster: string): Subject {
  return `trust of the sidecars of ${cluster}`;
}

/** What it takes that `reader` knows anything of `remote`. */
export function needsOfJoin(reader: string, remote: string): readonly Subject[] {
  return [
    apiServer(remote),
    istiod(reader),
    meshConfiguration(reader),
    nodes(reader),
    clusterName(reader),
    remoteSecret(reader, remote),
    credential(reader, remote),
  ];
}

/** What it takes that the proxies of a gateway, in Istio's namespace unless said otherwise, have what istiod would send them. */
export function needsOfProxies(
  cluster: string,
  gateway: string,
  pods: readonly { readonly name: string }[],
  namespace: string = istioNamespace,
): readonly Subject[] {
  return [
    ...pods.map(({ name }) => proxyOf(cluster, { namespace, name })),
    gatewayPods(cluster, gateway),
    istiod(cluster),
    meshConfiguration(cluster),
    wayToIstiod(cluster),
  ];
}

/** That the cluster's cert-manager gets certificates from the ACME servers of the mesh. */
export function issuing(cluster: string): Subject {
  return `orders of cert-manager of ${cluster}`;
}

/** That cert-manager gets the certificate of one Secret. */
export function issuanceOf(cluster: string, secret: string): Subject {
  return `issuance of ${secret} of ${cluster}`;
}
