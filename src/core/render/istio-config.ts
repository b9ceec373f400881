import type { KubeObject } from "../model/kube-object.ts";
import { writeJson } from "../model/exact-json.ts";
import { groupOf } from "../model/kube-object.ts";
import { meshAt } from "../routing/routes-at.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Path } from "../mesh-file/path.ts";
import { frontGatewayOf } from "../routing/hosts.ts";
import { routeNamespace } from "./front-gateway.ts";
import type { Materials } from "./materials.ts";
import { renderCluster } from "./render-mesh.ts";

/** Groups of what istiod makes configuration of, and whose objects its webhook judges (istio charts, base/templates). */
const groups: ReadonlySet<string> = new Set([
  "networking.istio.io",
  "security.istio.io",
  "telemetry.istio.io",
  "extensions.istio.io",
]);

/** True for an object that Istio itself holds to rules of its own. */
export function isIstioConfig({ apiVersion }: Pick<KubeObject, "apiVersion">): boolean {
  return groups.has(groupOf(apiVersion));
}

/** An object that Istio judges, and where in the mesh file it comes from. */
export interface IstioConfig {
  readonly object: KubeObject;
  readonly path: Path;
}

/**
 * Everything of a mesh that Istio judges: what isthmus renders and what
 * manifests of services hold. It is the same in every cluster, as far as no
 * route is limited to regions; then each different object is there once.
 */
export function renderIstioConfig(mesh: Mesh, materials: Materials): readonly IstioConfig[] {
  const ofRegions = new Map(mesh.clusters.toReversed().map((cluster) => [meshAt(mesh, cluster), cluster]));
  const objects = [...ofRegions.values()]
    .toReversed()
    .flatMap((cluster) => renderCluster(mesh, cluster, materials).objects.map(({ object }) => object))
    .filter(isIstioConfig);
  const different = ofRegions.size < 2 ? objects : [...new Map(objects.map((one) => [writeJson(one), one])).values()];
  return different.map((object) => ({ object, path: pathOf(mesh, object) }));
}

/** The route, the service or the manifests that an object comes from; `spec.services` where that cannot be said. */
function pathOf(mesh: Mesh, { kind, metadata: { name, namespace } }: KubeObject): Path {
  for (const [index, service] of mesh.services.entries()) {
    const route = service.routes.findIndex(
      (one) =>
        routeNamespace(service, one) === namespace &&
        (kind === "VirtualService" ? one.name === name : kind === "Gateway" && frontGatewayOf(one) === name),
    );
    if (route !== -1) {
      return ["spec", "services", index, "routes", route];
    }
    if (kind === "DestinationRule" && service.namespace === namespace && service.name === name) {
      return ["spec", "services", index];
    }
  }
  const byManifests = mesh.services.findIndex(
    (service) => service.manifests !== undefined && service.namespace === namespace,
  );
  return byManifests === -1 ? ["spec", "services"] : ["spec", "services", byManifests, "manifests"];
}
