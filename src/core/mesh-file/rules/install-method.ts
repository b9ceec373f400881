import type { IstioRelease } from "../../releases/istio-releases.ts";
import { compareMinor, minorOf, releaseOf, releasesWith } from "../../releases/istio-releases.ts";
import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { firstWithoutOperator, newestIstioVersion } from "../istio-version.ts";
import { istioVersion } from "../schema/scalars.ts";

/** The Istio version can be installed in the way that the file asks for (releases/istio-releases.ts says which). */
export function checkInstallMethod(draft: MeshDraft): readonly Finding[] {
  const { install, version: given } = draft.spec?.istio ?? {};
  const isEmpty = given === undefined && "version" in (draft.spec?.istio ?? {});
  const version = given ?? newestIstioVersion;
  if (install === undefined || install === "existing" || isEmpty || !istioVersion.test(version)) {
    return [];
  }
  const release = releaseOf(version);
  const possible = release === undefined ? isLateFor(install, version) : release.installs.has(install);
  if (possible) {
    return [];
  }
  const which = given === undefined ? `${version}, the default,` : version;
  return install === "operator" ? [noOperator(which)] : [noChart(version)];
}

/** For a version that is not in the table: what came before it or will come after it keeps the ways of its neighbour. */
function isLateFor(install: string, version: string): boolean {
  return (install !== "operator" && install !== "rancher") || compareMinor(minorOf(version), "1.12") < 0;
}

function noOperator(which: string): Finding {
  return {
    code: "ISM137",
    path: ["spec", "istio", "install"],
    detail: `Istio ${which} has no in-cluster operator: Istio removed it in ${firstWithoutOperator}. The cluster would never act on the IstioOperator objects.`,
    fix: "Write install: istioctl, or a version before 1.24.",
  };
}

function noChart(version: string): Finding {
  const nearest = nearestRelease(version, releasesWith("rancher"));
  return {
    code: "ISM142",
    path: ["spec", "istio", "install"],
    detail: `Rancher's catalog has no chart of Istio ${version}: rancher-istio carried some releases only, and is deprecated since Rancher 2.12.`,
    fix: `Write install: istioctl or install: helm; or version: ${chartsIstio(nearest)}, the nearest that rancher-istio carries (chart ${nearest?.rancherChart ?? ""}).`,
  };
}

function nearestRelease(version: string, releases: readonly IstioRelease[]): IstioRelease | undefined {
  const distance = (one: IstioRelease): number =>
    Math.abs(Number(one.minor.split(".")[1]) - Number(version.split(".")[1]));
  return [...releases].sort((a, b) => distance(a) - distance(b))[0];
}

/** The Istio version in a rancher-istio chart's version: what stands behind `+up`. */
function chartsIstio(release: IstioRelease | undefined): string {
  return release?.rancherChart?.split("+up")[1] ?? "";
}
