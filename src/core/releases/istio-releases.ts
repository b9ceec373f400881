import type { IstioSettings } from "../model/mesh.ts";

/** What a minor release of Istio is and asks for. Ranges are inclusive, versions are `major.minor`. */
export interface IstioRelease {
  readonly minor: string;
  /** The Kubernetes versions that the release supports. */
  readonly kubernetes: { readonly oldest: string; readonly newest: string };
  /** Below this istioctl refuses to install (k8sversion.MinK8SVersion of the release). */
  readonly minimumKubernetes: string;
  /** The newest API version in which the release serves Gateway, VirtualService and DestinationRule. */
  readonly networking: "networking.istio.io/v1beta1" | "networking.istio.io/v1";
  /** How the release can be installed. */
  readonly installs: ReadonlySet<"istioctl" | "operator" | "helm" | "rancher">;
  /** The rancher-istio chart that carries the release (rancher/charts). */
  readonly rancherChart?: string;
  /** What refuses pods on the Kubernetes versions that the release supports: PodSecurityPolicies (before 1.25) or namespace labels. */
  readonly podSecurity: "policies" | "admission";
  /** True where Istio's API client knows `global.multiCluster.enabled`; later releases know the cluster's name only. */
  readonly multiClusterSwitch: boolean;
  /** True where istiod may run as the base chart's older account, whose role lacks wasmplugins (istio/istio issue 36886). */
  readonly olderAccountLacksWasmPlugins: boolean;
  /** True where the charts have profiles of their own (`files/profile-demo.yaml` in each of them). */
  readonly chartProfiles: boolean;
  /** Fields of a VirtualService's HTTPRoute that older releases do not have, with dots. */
  readonly httpRouteFields: ReadonlySet<string>;
  /** True where the gateway chart takes a readiness probe; its schema refuses values that it does not know. */
  readonly gatewayChartProbe: boolean;
  /** True where labels of failoverPriority take values, `key=value` (istio/istio issue 39111, change notes of 1.18). */
  readonly failoverPriorityValues: boolean;
  /** The release of the Gateway API that istiod is built with (go.mod of each tag); left out where routes of it were never tried. */
  readonly gatewayApi?: string;
  /** True where proxies can choose between weighted clusters by the route's hash policy (`sessionsSince`). */
  readonly sessions: boolean;
}

/** The minor release whose proxies have `weighted_clusters.use_hash_policy`: Envoy 1.36 (https://www.envoyproxy.io/docs/envoy/latest/version_history/v1.36/v1.36.0). */
export const sessionsSince = 28;

/** By the minor release of Istio, those with which HTTPRoutes of isthmus were tried (docs/adr/0044). */
const gatewayApiReleases: ReadonlyMap<number, string> = new Map([[31, "1.6.0"]]);

type Install = "istioctl" | "operator" | "helm" | "rancher";

/** Fields of an HTTPRoute that came after 1.12, by the minor release whose VirtualService has them first (istio/api, kubernetes/customresourcedefinitions.gen.yaml of each tag). */
export const laterHttpRouteFields: readonly (readonly [number, string])[] = [
  [19, "rewrite.uriRegexRewrite"],
  [23, "corsPolicy.unmatchedPreflights"],
  [26, "retries.backoff"],
  [26, "retries.retryIgnorePreviousHosts"],
  [31, "redirect.prefixRewrite"],
];

/**
 * Every release that isthmus knows, oldest first. Kubernetes ranges are those
 * of istio.io's table of supported releases (data/compatibility/supportStatus.yml),
 * 1.12 that of its announcement; minimums are MinK8SVersion of istio/istio's
 * pkg/kube/k8sversion or its predecessor in istioctl. Era differences are data
 * here, so that renderers stay free of version comparisons.
 */
export const istioReleases: readonly IstioRelease[] = [
  release("1.12", "1.19-1.22", "1.17", { rancherChart: "100.2.1+up1.12.6", wasm: true }),
  release("1.13", "1.20-1.23", "1.17", { wasm: true }),
  release("1.14", "1.21-1.24", "1.18", { wasm: true }),
  release("1.15", "1.22-1.25", "1.20", { wasm: true }),
  release("1.16", "1.22-1.25", "1.20", { wasm: true }),
  release("1.17", "1.23-1.26", "1.20"),
  release("1.18", "1.24-1.27", "1.21"),
  release("1.19", "1.25-1.28", "1.21"),
  release("1.20", "1.25-1.29", "1.23"),
  release("1.21", "1.26-1.29", "1.23"),
  release("1.22", "1.27-1.30", "1.25", { rancherChart: "104.4.0+up1.22.1" }),
  release("1.23", "1.27-1.30", "1.25"),
  release("1.24", "1.28-1.31", "1.28"),
  release("1.25", "1.29-1.32", "1.28"),
  release("1.26", "1.29-1.33", "1.29"),
  release("1.27", "1.29-1.33", "1.29"),
  release("1.28", "1.30-1.34", "1.29"),
  release("1.29", "1.31-1.35", "1.30"),
  release("1.30", "1.32-1.36", "1.32"),
  release("1.31", "1.32-1.36", "1.32"),
];

function release(
  minor: string,
  kubernetes: string,
  minimumKubernetes: string,
  { rancherChart, wasm = false }: { readonly rancherChart?: string; readonly wasm?: boolean } = {},
): IstioRelease {
  const [oldest = "", newest = ""] = kubernetes.split("-");
  const number = Number(minor.split(".")[1]);
  const gatewayApi = gatewayApiReleases.get(number);
  return {
    minor,
    kubernetes: { oldest, newest },
    minimumKubernetes,
    // v1 is served from 1.22 on (istio/api, networking/v1); v1beta1 by every release here.
    networking: number >= 22 ? "networking.istio.io/v1" : "networking.istio.io/v1beta1",
    // The gateway chart came with 1.12, the in-cluster operator went with 1.24 (https://istio.io/latest/blog/2024/in-cluster-operator-deprecation-announcement/).
    installs: new Set<Install>([
      "istioctl",
      ...(number < 24 ? (["operator"] as const) : []),
      "helm",
      ...(rancherChart === undefined ? [] : (["rancher"] as const)),
    ]),
    ...(rancherChart === undefined ? {} : { rancherChart }),
    // Kubernetes has pod security admission from 1.23 on, by default.
    podSecurity: compareMinor(newest, "1.23") < 0 ? "policies" : "admission",
    multiClusterSwitch: number <= 16,
    olderAccountLacksWasmPlugins: wasm,
    chartProfiles: number >= 21,
    gatewayChartProbe: number >= 24,
    failoverPriorityValues: number >= 18,
    sessions: number >= sessionsSince,
    ...(gatewayApi === undefined ? {} : { gatewayApi }),
    httpRouteFields: new Set(laterHttpRouteFields.filter(([since]) => number >= since).map(([, field]) => field)),
  };
}

/** The release of a version `x.y.z`; undefined for one that is not in the table. */
export function releaseOf(version: string): IstioRelease | undefined {
  return istioReleases.find((one) => one.minor === minorOf(version));
}

/**
 * The release whose rules a mesh goes by: its own, or the newest known one for
 * a version that is newer still. Older ones than the table are refused when
 * the file is read (ISM141), so that asking for one is a bug.
 */
export function effectiveRelease(version: string): IstioRelease {
  const newest = istioReleases.at(-1);
  const found = releaseOf(version) ?? (isNewerThanKnown(version) ? newest : undefined);
  if (found === undefined) {
    throw new Error(`Istio ${version} is older than every release in the table`);
  }
  return found;
}

/** Served by every release of the table. */
const oldestNetworking = "networking.istio.io/v1beta1";

/**
 * The API version in which Gateways, VirtualServices and DestinationRules are
 * written: the newest that the mesh's release serves, or, of an Istio that
 * somebody else installs and upgrades, the one that every release serves.
 */
export function networkingOf({ install, version }: Pick<IstioSettings, "install" | "version">): string {
  return install === "existing" ? oldestNetworking : effectiveRelease(version).networking;
}

/** True for a version of a release that came after those of the table. */
export function isNewerThanKnown(version: string): boolean {
  return compareMinor(minorOf(version), istioReleases.at(-1)?.minor ?? "") > 0;
}

/** `x.y` of `x.y.z`, and of a Kubernetes version such as `v1.36.3+k3s1`. */
export function minorOf(version: string): string {
  return version.replace(/^v/, "").split(".").slice(0, 2).join(".");
}

/** Below zero when `left` is the older of two `major.minor` versions. */
export function compareMinor(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split(".").map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split(".").map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}

/** The releases that can be installed in a way, oldest first. */
export function releasesWith(install: Install): readonly IstioRelease[] {
  return istioReleases.filter((one) => one.installs.has(install));
}

/**
 * Why a release cannot be installed on a Kubernetes version, in words that
 * follow "because"; undefined where it can. Its own minimum; and Kubernetes
 * 1.25, which took away API versions that charts of releases from before then
 * use (policy/v1beta1; https://kubernetes.io/docs/reference/using-api/deprecation-guide/#v1-25).
 */
export function refusesKubernetes(release: IstioRelease, kubernetes: string): string | undefined {
  if (compareMinor(kubernetes, release.minimumKubernetes) < 0) {
    return `it asks for Kubernetes ${release.minimumKubernetes} at least`;
  }
  if (compareMinor(kubernetes, "1.25") >= 0 && compareMinor(release.kubernetes.newest, "1.25") < 0) {
    return "it uses API versions that Kubernetes 1.25 took away";
  }
  return undefined;
}
