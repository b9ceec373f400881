import { groupOf } from "../model/kube-object.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { placeIstioObject } from "../render/istio-manifests.ts";
import { istioNamespace, operatorNamespace, readerTokenSecret } from "../render/names.ts";
import type { Wave } from "../render/waves.ts";

/** Of Istio's routing, which isthmus writes wave by wave. */
const routing: Readonly<Record<string, Wave>> = {
  VirtualService: "routes",
  Gateway: "routes",
  DestinationRule: "destinations",
};

/**
 * The wave that an apply would have put an object into, by what it is: for
 * objects that carry the mesh's label and are in no inventory. Only the order of
 * their removal depends on it.
 */
export function waveOfLabelled(object: KubeObject): Wave {
  const { kind, metadata } = object;
  const group = groupOf(object.apiVersion);
  if (group === "management.cattle.io") {
    return "projects";
  }
  if (kind === "Namespace" || kind === "LimitRange" || kind === "NetworkPolicy") {
    return "namespaces";
  }
  if (group === "cert-manager.io" || kind === "DNSEndpoint") {
    return "front-doors";
  }
  if (group === "networking.istio.io" && routing[kind] !== undefined) {
    return routing[kind];
  }
  if (kind === "Secret" && metadata.namespace === istioNamespace) {
    return secretWave(object);
  }
  const ofIstio =
    metadata.namespace === undefined ||
    metadata.namespace === istioNamespace ||
    metadata.namespace === operatorNamespace;
  return ofIstio ? placeIstioObject(object)[0] : "services";
}

function secretWave({ metadata }: KubeObject): Wave {
  if (metadata.labels?.["istio/multiCluster"] !== undefined) {
    return "join";
  }
  return metadata.name === "cacerts"
    ? "cacerts"
    : metadata.name === readerTokenSecret
      ? "definitions"
      : "control-plane";
}
