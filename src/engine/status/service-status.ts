import type { KubeObject } from "../../core/model/kube-object.ts";
import { networkingOf } from "../../core/releases/istio-releases.ts";
import { gatewayApiVersion } from "../../core/render/names.ts";
import { usesGatewayApi, versionOfBackend, weightOfBackend } from "../../core/routing/version-service.ts";
import { routeNamespace } from "../../core/render/front-gateway.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { MeshFile } from "../mesh-file.ts";
import { readServiceEndpoints } from "../facts/service-endpoints.ts";
import { isRouteAt } from "../../core/routing/routes-at.ts";

export interface ServiceStatus {
  readonly service: string;
  /** Version → ready pods in this cluster. */
  readonly ready: Readonly<Record<string, number>>;
  /** Route → version → weight that the cluster's VirtualService or HTTPRoute has; empty when it is not there. Routes that redirect have none, and those of other regions are not there. */
  readonly weights: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The ready pods of each version of a service in one cluster, and the weights of its routes there. */
export async function readServiceStatus(
  meshFile: MeshFile,
  one: Connected,
  service: MeshFile["mesh"]["services"][number],
  signal: AbortSignal,
): Promise<ServiceStatus> {
  const weighted = service.routes.filter(
    (route) => route.redirect === undefined && isRouteAt(meshFile.mesh, { service, route }, one.cluster),
  );
  const [endpoints, routes] = await Promise.all([
    readServiceEndpoints(one.client, service, signal, one.cluster),
    Promise.all(
      weighted.map(async (route) => {
        const ofGatewayApi = usesGatewayApi(service);
        const reference = {
          apiVersion: ofGatewayApi ? gatewayApiVersion : networkingOf(meshFile.mesh.istio),
          kind: ofGatewayApi ? "HTTPRoute" : "VirtualService",
          namespace: routeNamespace(service, route),
          name: route.name,
        };
        const object = await one.client.get(reference, { signal }).catch(() => undefined);
        return [route.name, ofGatewayApi ? weightsOfHttpRoute(object, service) : weightsOf(object)] as const;
      }),
    ),
  ]);
  return {
    service: `${service.namespace}/${service.name}`,
    ready: Object.fromEntries(
      service.versions.map((version) => [version.name, endpoints.podsOf[version.name]?.length ?? 0]),
    ),
    weights: Object.fromEntries(routes),
  };
}

interface RouteSpec {
  readonly http?: readonly Weighted[];
  readonly tls?: readonly Weighted[];
  readonly tcp?: readonly Weighted[];
}

interface Weighted {
  readonly route?: readonly { readonly weight?: number; readonly destination?: { readonly subset?: string } }[];
}

function weightsOf(object: KubeObject | undefined): Readonly<Record<string, number>> {
  const spec = object?.["spec"] as RouteSpec | undefined;
  const destinations = (spec?.http ?? spec?.tls ?? spec?.tcp)?.[0]?.route ?? [];
  return Object.fromEntries(destinations.map((one) => [one.destination?.subset ?? "", one.weight ?? 100]));
}

interface HttpRouteSpec {
  readonly rules?: readonly { readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[] }[];
}

/** A Service that belongs to no version is shown by its own name. */
function weightsOfHttpRoute(
  object: KubeObject | undefined,
  service: MeshFile["mesh"]["services"][number],
): Readonly<Record<string, number>> {
  const spec = object?.["spec"] as HttpRouteSpec | undefined;
  const backends = spec?.rules?.[0]?.backendRefs ?? [];
  return Object.fromEntries(
    backends.map((backend) => [versionOfBackend(service, backend.name), weightOfBackend(backend)]),
  );
}
