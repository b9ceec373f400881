import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../../core/model/mesh.ts";
import type { HelmChart, HelmRelease } from "../../core/render/helm-releases.ts";
import { renderHelmReleases } from "../../core/render/helm-releases.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { downloadCharts, istioChartRepository } from "../../providers/helm/download-charts.ts";
import { findCharts } from "../../providers/helm/find-charts.ts";
import { findHelm } from "../../providers/helm/find-helm.ts";
import type { TemplateOptions } from "../../providers/helm/template-chart.ts";
import { digestChart, templateChart } from "../../providers/helm/template-chart.ts";
import { refuseUnreadValues } from "./refuse-unread-values.ts";
import type { IstioRenderer, LocateValue, ManifestOptions } from "./istio-renderer.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";

/** helm processes side by side; each has a processor for a tenth of a second. */
const atATime = 8;

/**
 * Makes Istio's own objects of a cluster, control plane and gateways, from
 * Istio's charts through helm. A UserError (ISM161) names every value of the
 * mesh file that no chart reads: helm takes them without a word.
 */
export async function renderByHelm(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions & { readonly locate?: LocateValue },
): Promise<IstioRenderer> {
  const { env, cacheDir, signal } = options;
  const { version } = mesh.istio;
  let found: Promise<string> | undefined;
  const helm = async (): Promise<string> => {
    found ??= findHelm({ env, signal, candidates: named(platforms, "helm", options.helmCandidates) });
    return await found;
  };
  const repository = istioChartRepository;
  const charts = await findCharts({
    version,
    env,
    candidates: named(platforms, "charts", options.chartCandidates),
    download: async () =>
      downloadCharts({ helm, version, repository, cacheDir, env, signal, onProgress: options.onEvent }),
  });
  await refuseUnreadValues(mesh, charts, options.locate);
  const template = createTemplater(charts, { helm, cacheDir, env, signal });
  return async (cluster) => {
    const releases = renderHelmReleases(mesh, cluster, platforms[cluster.name] ?? { values: {} });
    const parts = await Promise.all(releases.map(async (release) => template(release, cluster)));
    return parts.flat();
  };
}

type Template = (release: HelmRelease, cluster: Cluster) => Promise<readonly KubeObject[]>;

/** Templates releases a few at a time; reads each chart once, and renders once what is the same for several clusters. */
function createTemplater(
  charts: Readonly<Record<HelmChart, string>>,
  options: Omit<TemplateOptions, "chart" | "cluster">,
): Template {
  const digests = new Map<HelmChart, Promise<string>>();
  const digestOf = async (chart: HelmChart): Promise<string> => {
    const known = digests.get(chart) ?? digestChart(charts[chart]);
    digests.set(chart, known);
    return await known;
  };
  const { signal } = options;
  tolerateListeners(signal);
  const limiter = createLimiter(atATime);
  const rendered = new Map<string, Promise<readonly KubeObject[]>>();
  return async (release, cluster) => {
    // The definitions are the same for several clusters and most of the work; of the rest a thousand clusters would fill the memory.
    const key = JSON.stringify(release);
    const known = rendered.get(key);
    if (known !== undefined) {
      return await known;
    }
    const objects = limiter.run(signal, async () => {
      const chart = { folder: charts[release.chart], digest: await digestOf(release.chart) };
      return templateChart(release, { ...options, chart, cluster: cluster.name });
    });
    if (release.chart === "base") {
      rendered.set(key, objects);
    }
    return await objects;
  };
}

function named(
  platforms: Readonly<Record<string, ClusterPlatform>>,
  what: "helm" | "charts",
  more: Iterable<string>,
): readonly string[] {
  const own = Object.values(platforms).flatMap((platform) => platform[what] ?? []);
  return [...new Set([...own, ...more])];
}
