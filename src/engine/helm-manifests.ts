import type { KubeObject } from "../core/model/kube-object.ts";
import type { Cluster, Mesh } from "../core/model/mesh.ts";
import type { HelmChart, HelmRelease } from "../core/render/helm-releases.ts";
import { renderHelmReleases } from "../core/render/helm-releases.ts";
import { createLimiter } from "../kube/limiter.ts";
import { tolerateListeners } from "../kube/tolerate-listeners.ts";
import { downloadCharts, istioChartRepository } from "../providers/helm/download-charts.ts";
import { findCharts } from "../providers/helm/find-charts.ts";
import { findHelm } from "../providers/helm/find-helm.ts";
import { digestChart, templateChart } from "../providers/helm/template-chart.ts";
import type { ClusterPlatform, ManifestOptions } from "./istio-manifests.ts";

/** helm processes side by side; each has a processor for a tenth of a second. */
const atATime = 8;

/** Istio's own objects for every cluster, control plane and gateways, from Istio's charts through helm. */
export async function generateByHelm(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  const { env, cacheDir, signal } = options;
  const { version } = mesh.istio;
  let found: Promise<string> | undefined;
  const helm = async (): Promise<string> => {
    found ??= findHelm({ env, signal, candidates: named(platforms, "helm", options.helmCandidates) });
    return await found;
  };
  const charts = await findCharts({
    version,
    env,
    candidates: named(platforms, "charts", options.chartCandidates),
    download: async () =>
      downloadCharts({
        helm,
        version,
        repository: istioChartRepository,
        cacheDir,
        env,
        signal,
        onProgress: options.onEvent,
      }),
  });
  const digests = new Map<HelmChart, Promise<string>>();
  const digestOf = async (chart: HelmChart): Promise<string> => {
    const known = digests.get(chart) ?? digestChart(charts[chart]);
    digests.set(chart, known);
    return await known;
  };
  tolerateListeners(signal);
  const limiter = createLimiter(atATime);
  const rendered = new Map<string, Promise<readonly KubeObject[]>>();
  const template = async (release: HelmRelease, cluster: Cluster): Promise<readonly KubeObject[]> => {
    // What is the same for several clusters is rendered once: the definitions are most of the work.
    const key = JSON.stringify(release);
    const known = rendered.get(key);
    if (known !== undefined) {
      return await known;
    }
    const objects = limiter.run(signal, async () =>
      templateChart(release, {
        helm,
        chart: { folder: charts[release.chart], digest: await digestOf(release.chart) },
        cacheDir,
        cluster: cluster.name,
        env,
        signal,
      }),
    );
    rendered.set(key, objects);
    return await objects;
  };
  const generate = async (cluster: Cluster): Promise<readonly [string, readonly KubeObject[]]> => {
    const releases = renderHelmReleases(mesh, cluster, platforms[cluster.name] ?? { values: {} });
    const parts = await Promise.all(releases.map(async (release) => template(release, cluster)));
    return [cluster.name, parts.flat()];
  };
  return Object.fromEntries(await Promise.all(mesh.clusters.map(generate)));
}

function named(
  platforms: Readonly<Record<string, ClusterPlatform>>,
  what: "helm" | "charts",
  more: readonly string[],
): readonly string[] {
  const own = Object.values(platforms).flatMap((platform) => platform[what] ?? []);
  return [...new Set([...own, ...more])];
}
