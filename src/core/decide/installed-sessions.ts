import { errorOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { ControlPlane, Installation } from "../model/installed-istio.ts";
import type { Mesh } from "../model/mesh.ts";
import { istioNamespace } from "../render/names.ts";
import { sessionRule } from "../render/sessions.ts";
import { listenersOf } from "../routing/hosts.ts";
import { installationPatch } from "./installation-patch.ts";

/**
 * Services whose `sessions` callers inside would not get: an EnvoyFilter outside
 * of the root namespace is for proxies of its own namespace alone
 * (https://istio.io/latest/docs/reference/config/networking/envoy-filter/).
 */
export function judgeSessions(
  { services }: Pick<Mesh, "services">,
  { cluster, context }: Pick<Installation, "cluster" | "context">,
  plane: ControlPlane,
): readonly Diagnostic[] {
  const { rootNamespace, namespace, name } = plane;
  const meant = services.filter((service) =>
    service.routes.some((route) => sessionRule(service, route) !== undefined && listenersOf(route).includes("mesh")),
  );
  return rootNamespace === undefined || meant.length === 0
    ? []
    : [
        {
          ...errorOf("ISM788"),
          detail: `${meant.map((one) => `${one.namespace}/${one.name}`).join(", ")} has sessions for callers inside the mesh, and istiod of ${cluster.name} takes only EnvoyFilters of ${rootNamespace} (meshConfig.rootNamespace) for all namespaces: that of sessions is in ${istioNamespace}, and sidecars would not get it. Nothing was changed.`,
          fix: `Take sessions out of the mesh file, or:\n${installationPatch(plane, context, { meshConfig: { rootNamespace: istioNamespace } })}`,
          cluster: cluster.name,
          object: { group: "apps", kind: "Deployment", namespace, name },
        },
      ];
}
