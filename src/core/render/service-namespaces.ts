import type { Mesh } from "../model/mesh.ts";
import { istioNamespace } from "./names.ts";

/** The namespaces of the mesh's services besides Istio's own, each once, sorted. */
export function serviceNamespaces(mesh: Mesh): readonly string[] {
  const all = new Set(mesh.services.map((service) => service.namespace));
  return [...all].filter((name) => name !== istioNamespace).sort();
}
