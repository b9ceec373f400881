import { minorOf } from "../../releases/istio-releases.ts";
import { meshConfigRelease } from "../../releases/mesh-config-fields.ts";
import { describeOverridden, findUnknownMeshConfig } from "../../releases/unknown-mesh-config.ts";
import type { MeshDraft } from "../draft.ts";
import { fieldDefaults } from "../field-defaults.ts";
import type { Finding } from "../finding.ts";
import { newestIstioVersion } from "../istio-version.ts";
import { istioVersion } from "../schema/scalars.ts";

/** Keys of `meshConfig` are fields of the release, whose fields are known; of other releases it is advice. */
export function checkMeshConfigKeys(draft: MeshDraft): readonly Finding[] {
  const { version = newestIstioVersion, profile = fieldDefaults.profile, values } = draft.spec?.istio ?? {};
  if (!istioVersion.test(version) || minorOf(version) !== meshConfigRelease) {
    return [];
  }
  return findUnknownMeshConfig(values, profile).map(({ path, near, overridden = false }) => ({
    code: "ISM551",
    path: ["spec", "istio", "values", ...path],
    at: "key",
    detail: overridden
      ? describeOverridden(path, near)
      : `${path.join(".")} is no value of Istio ${meshConfigRelease}'s configuration of the mesh. istiod would pass over it without a word, and it would have no effect.`,
    fix:
      near === undefined
        ? "Delete it, or see how it is called: https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/"
        : `${overridden ? "Write" : "Did you mean"} ${near.join(".")}${overridden ? "." : "?"}`,
  }));
}
