import type { Cluster, Mesh } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { ingressGateway, istioNamespace } from "../render/names.ts";
import { isChallenged } from "../routing/challenged-hosts.ts";
import { frontRoutesOf, isEncrypted } from "../routing/hosts.ts";

/** A port of the ingress gateway that is asked from outside. */
export interface FrontDoorPort {
  readonly port: number;
  /** The gateway's pods' ports behind it; several where it is not known which one it is. */
  readonly targets: readonly number[];
}

/** Istio's charts before the gateway chart put 8080 and 8443 behind 80 and 443; the gateway chart listens at the Service's own ports. */
const usualTargets: Readonly<Record<number, readonly number[]>> = { 80: [80, 8080], 443: [443, 8443] };

/**
 * The ports at which the ingress gateway is asked for the routes of the mesh:
 * 80 without TLS and for http01 challenges, 443 with it. What is behind them
 * is read from the Service in Istio's own manifests, where those are known.
 */
export function frontDoorPorts(mesh: Mesh, cluster: Cluster, materials: Materials): readonly FrontDoorPort[] {
  const routes = mesh.services.flatMap(frontRoutesOf);
  const plain = routes.some((route) => !isEncrypted(route) || isChallenged(mesh, route));
  const secure = routes.some(isEncrypted);
  return [...(plain ? [80] : []), ...(secure ? [443] : [])].map((port) => ({
    port,
    targets: targetsOf(port, materials.istioManifests[cluster.name] ?? []) ?? usualTargets[port] ?? [port],
  }));
}

function targetsOf(port: number, manifests: Materials["istioManifests"][string]): readonly number[] | undefined {
  const service = manifests.find(
    ({ kind, metadata }) =>
      kind === "Service" && metadata.name === ingressGateway && metadata.namespace === istioNamespace,
  );
  const ports = (service?.["spec"] as { readonly ports?: readonly ServicePort[] } | undefined)?.ports;
  const target = ports?.find((one) => one.port === port)?.targetPort;
  return typeof target === "number" ? [target] : undefined;
}

interface ServicePort {
  readonly port?: number;
  readonly targetPort?: number | string;
}
