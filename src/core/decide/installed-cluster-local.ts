import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ControlPlane, Installation } from "../model/installed-istio.ts";
import type { Mesh } from "../model/mesh.ts";
import { closestName } from "../proxy/find-route.ts";
import { clusterLocalHosts, serviceSettings } from "../render/cluster-local.ts";
import { serviceHost } from "../render/names.ts";
import { installationPatch } from "./installation-patch.ts";

/**
 * Whether the istiod that somebody else installs keeps those services in their
 * cluster that the mesh file does, and no others of it. Of names and wildcards
 * the closest one counts (istio.io/istio, pilot/pkg/model/clusterlocal.go).
 */
export function judgeClusterLocal(
  mesh: Pick<Mesh, "services">,
  { cluster, context }: Installation,
  plane: ControlPlane,
): readonly Diagnostic[] {
  const asked = clusterLocalHosts(mesh);
  // Of one name the last counts, and `closestName` takes the first.
  const said = plane.clusterLocal.toReversed();
  const isLocal = (host: string): boolean => closestName(said, host, (one) => [one.host])?.local ?? false;
  const missing = asked.filter((host) => !isLocal(host));
  const besides = mesh.services.map(serviceHost).filter((host) => isLocal(host) && !asked.includes(host));
  if (missing.length === 0 && besides.length === 0) {
    return [];
  }
  const words = [
    ...(missing.length === 0
      ? []
      : [`${missing.join(", ")} would have endpoints of other clusters too, and the mesh file says export: false`]),
    ...(besides.length === 0
      ? []
      : [`${besides.join(", ")} has endpoints of its own cluster only, and the mesh file does not say so`]),
  ];
  const wanted = [
    ...plane.clusterLocal.filter(({ host }) => ![...missing, ...besides].includes(host)),
    ...missing.map((host) => ({ host, local: true })),
    ...besides.map((host) => ({ host, local: false })),
  ];
  return [
    {
      ...errorOf("ISM621"),
      detail: `The istiod of ${cluster.name} keeps other services in their cluster than the mesh file: ${words.join("; ")}. Nothing was changed.`,
      fix: `${installationPatch(plane, context, serviceSettings(wanted))}\nOr write what is installed into the mesh file (export of spec.services[]).`,
      cluster: cluster.name,
      object: { group: "apps", kind: "Deployment", namespace: plane.namespace, name: plane.name },
    },
  ];
}
