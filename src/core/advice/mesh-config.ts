import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import type { Mesh } from "../model/mesh.ts";
import { minorOf } from "../releases/istio-releases.ts";
import { meshConfigRelease } from "../releases/mesh-config-fields.ts";
import { findUnknownMeshConfig } from "../releases/unknown-mesh-config.ts";
import type { Locate } from "./route-order.ts";

/** Warns of keys of `meshConfig` that the known release does not have, for a mesh of another release. */
export function adviseMeshConfig({ istio: { version, values } }: Mesh, locate?: Locate): readonly Diagnostic[] {
  if (minorOf(version) === meshConfigRelease) {
    return [];
  }
  return findUnknownMeshConfig(values).map(({ path, near }) => ({
    ...warningOf("ISM552"),
    detail: `${path.join(".")} is no value of Istio ${meshConfigRelease}'s configuration of the mesh; whether Istio ${version} has it is not known here. An istiod that has not passes over it without a word.`,
    fix:
      near === undefined
        ? `See how Istio ${minorOf(version)} calls it: https://istio.io/v${minorOf(version)}/docs/reference/config/istio.mesh.v1alpha1/`
        : `Did you mean ${near.join(".")}?`,
    ...(locate === undefined ? {} : { range: locate(["spec", "istio", "values", ...path]) }),
  }));
}
