import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { compareIstioVersions, firstWithoutOperator, newestIstioVersion } from "../istio-version.ts";
import { istioVersion } from "../schema/scalars.ts";

/** Istio's in-cluster operator is used with the versions that have one. */
export function checkOperator(draft: MeshDraft): readonly Finding[] {
  const istio = draft.spec?.istio;
  if (istio?.install !== "operator" || (istio.version === undefined && "version" in istio)) {
    return [];
  }
  const version = istio.version ?? newestIstioVersion;
  if (!istioVersion.test(version) || compareIstioVersions(version, firstWithoutOperator) < 0) {
    return [];
  }
  const which = istio.version === undefined ? `${version}, the default,` : version;
  return [
    {
      code: "ISM137",
      path: ["spec", "istio", "install"],
      detail: `Istio ${which} has no in-cluster operator: Istio removed it in ${firstWithoutOperator}. The cluster would never act on the IstioOperator objects.`,
      fix: "Write install: istioctl, or a version before 1.24.",
    },
  ];
}
