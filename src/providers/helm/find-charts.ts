import { errorOf } from "../../core/diagnostics/coded.ts";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { HelmChart } from "../../core/render/helm-releases.ts";

/** The folder of each of Istio's charts that are used. */
export type ChartFolders = Readonly<Record<HelmChart, string>>;

export interface FindChartsOptions {
  /** The Istio version that the mesh asks for; every chart must be of it. */
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders to try after `$ISTHMUS_ISTIO_CHARTS` (a sandbox's own charts). */
  readonly candidates: readonly string[];
  /** Brings the charts from elsewhere, into a folder with one folder for each chart. */
  readonly download: () => Promise<string>;
}

/** A chart's folder in a collection: as the chart repository calls it, or as an archive of an Istio release has it in `manifests/charts`. */
const places: Readonly<Record<HelmChart, readonly string[]>> = {
  base: ["base"],
  istiod: ["istiod", "istio-control/istio-discovery"],
  gateway: ["gateway"],
  cni: ["cni", "istio-cni"],
};

/**
 * Istio's charts of exactly the asked version. `$ISTHMUS_ISTIO_CHARTS` is taken
 * as it is: when it is set and its charts are others, that is a UserError
 * (ISM209) that says what each of them is. Else the candidates are looked at,
 * and what none of them has is downloaded.
 */
export async function findCharts(options: FindChartsOptions): Promise<ChartFolders> {
  const own = options.env["ISTHMUS_ISTIO_CHARTS"];
  if (own !== undefined && own !== "") {
    const found = await inspect(own, options.version);
    if (found.charts === undefined) {
      throw wrongCharts(own, options.version, found.problems);
    }
    return found.charts;
  }
  for (const folder of options.candidates) {
    const { charts } = await inspect(folder, options.version);
    if (charts !== undefined) {
      return charts;
    }
  }
  const downloaded = await options.download();
  const found = await inspect(downloaded, options.version);
  if (found.charts === undefined) {
    throw wrongCharts(downloaded, options.version, found.problems);
  }
  return found.charts;
}

interface Inspected {
  /** Undefined when one of them is missing or of another version. */
  readonly charts?: ChartFolders;
  readonly problems: readonly string[];
}

async function inspect(folder: string, version: string): Promise<Inspected> {
  const found: [string, string][] = [];
  const problems: string[] = [];
  for (const [chart, names] of Object.entries(places)) {
    const chartFolder = await firstWithChart(names.map((name) => path.join(folder, name)));
    const its = chartFolder === undefined ? undefined : await versionOf(chartFolder);
    if (chartFolder === undefined) {
      problems.push(`there is no ${names.join(" or ")}`);
    } else if (its !== version) {
      problems.push(`${chart} is ${its ?? "of an unknown version"}`);
    } else {
      found.push([chart, chartFolder]);
    }
  }
  return problems.length > 0
    ? { problems }
    : { charts: Object.fromEntries(found) as Record<HelmChart, string>, problems };
}

async function firstWithChart(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    try {
      await access(path.join(folder, "Chart.yaml"));
      return folder;
    } catch {
      // Looked for under its other name.
    }
  }
  return undefined;
}

async function versionOf(chartFolder: string): Promise<string | undefined> {
  try {
    const chart = parse(await readFile(path.join(chartFolder, "Chart.yaml"), "utf8")) as {
      appVersion?: unknown;
    } | null;
    return typeof chart?.appVersion === "string" ? chart.appVersion : undefined;
  } catch {
    return undefined;
  }
}

function wrongCharts(folder: string, version: string, problems: readonly string[]): UserError {
  return new UserError(
    [
      {
        ...errorOf("ISM209"),
        detail: `The mesh asks for Istio ${version}, which has to be installed by its own charts. In ${folder} ${problems.join(", ")}.`,
        fix: `Set ISTHMUS_ISTIO_CHARTS to manifests/charts of Istio ${version}'s release archive, or unset it to have the charts downloaded.`,
      },
    ],
    exitCodes.failed,
  );
}
