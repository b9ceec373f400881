import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { warningOf } from "../diagnostics/coded.ts";
import type { Mesh } from "../model/mesh.ts";
import { minorOf } from "../releases/istio-releases.ts";
import { meshConfigRelease } from "../releases/mesh-config-fields.ts";
import { describeOverridden, findUnknownMeshConfig } from "../releases/unknown-mesh-config.ts";
import type { Locate } from "./route-order.ts";

/** Warns of keys of `meshConfig` that the known release does not have, for a mesh of another release. */
export function adviseMeshConfig(
  { istio: { version, profile, values } }: Mesh,
  locate?: Locate,
): readonly Diagnostic[] {
  if (minorOf(version) === meshConfigRelease) {
    return [];
  }
  return findUnknownMeshConfig(values, profile).map(({ path, near, overridden = false }) => ({
    ...warningOf("ISM552"),
    detail: overridden
      ? describeOverridden(path, near)
      : `${path.join(".")} is no value of Istio ${meshConfigRelease}'s configuration of the mesh; whether Istio ${version} has it is not known here. An istiod that has not passes over it without a word.`,
    fix:
      near === undefined
        ? `See how Istio ${minorOf(version)} calls it: https://istio.io/v${minorOf(version)}/docs/reference/config/istio.mesh.v1alpha1/`
        : `${overridden ? "Write" : "Did you mean"} ${near.join(".")}${overridden ? "." : "?"}`,
    ...(locate === undefined ? {} : { range: locate(["spec", "istio", "values", ...path]) }),
  }));
}
