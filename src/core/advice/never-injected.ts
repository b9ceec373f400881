import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Locate } from "./route-order.ts";

/** Istio injects nothing there, whatever the labels say (IgnoredNamespaces of https://github.com/istio/istio/blob/1.31.0/pkg/kube/inject/inject.go). */
const neverInjected: ReadonlySet<string> = new Set([
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "local-path-storage",
]);

/** Warns of services in namespaces whose pods Istio gives no sidecar (ISM535), wherever their manifests come from. */
export function adviseNeverInjected(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.services.flatMap(({ name, namespace }, index) =>
    neverInjected.has(namespace)
      ? [
          {
            ...warningOf("ISM535"),
            detail: `The pods of service ${namespace}/${name} get no sidecar: Istio puts none into pods of namespace ${namespace}. Other clusters do not reach them, since only a sidecar takes the mesh's mTLS.`,
            fix: "Move the service into a namespace of its own.",
            ...(locate === undefined ? {} : { range: locate(["spec", "services", index, "namespace"]) }),
          },
        ]
      : [],
  );
}
