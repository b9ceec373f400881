import { errorOf } from "../../core/diagnostics/coded.ts";
import { mkdtemp, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { OnProgress } from "../../core/progress.ts";
import { runHelm, wordsOfHelm } from "./run-helm.ts";

/** Where Istio publishes its charts (https://istio.io/latest/docs/setup/install/helm/). */
export const istioChartRepository = "https://istio-release.storage.googleapis.com/charts";

const charts = ["base", "istiod", "gateway", "cni"];
const timeoutMs = 120_000;

export interface DownloadChartsOptions {
  readonly helm: () => Promise<string>;
  readonly version: string;
  readonly repository: string;
  /** The charts stay in `charts/<version>` of it, so that they are downloaded once. */
  readonly cacheDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * The folder with Istio's charts of one version, from a chart repository by
 * `helm pull`, which checks them against the repository's digests. At once
 * where they are already there; complete or not at all. A UserError (ISM210)
 * has helm's own words.
 */
export async function downloadCharts(options: DownloadChartsOptions): Promise<string> {
  const folder = path.join(options.cacheDir, "charts", options.version);
  if (await exists(folder)) {
    return folder;
  }
  const helm = await options.helm();
  const incoming = await makeIncoming(path.dirname(folder));
  const task = { subject: "Istio's charts", task: `downloading ${options.version}` };
  const started = performance.now();
  options.onProgress({ kind: "task.started", ...task, expectedSeconds: 10 });
  try {
    const target = path.join(incoming, "charts");
    for (const chart of charts) {
      options.onProgress({ kind: "task.note", ...task, note: chart });
      const args = ["pull", chart, "--repo", options.repository, "--version", options.version];
      await runHelm(helm, [...args, "--untar", "--untardir", target], { ...options, home: incoming, timeoutMs });
    }
    await moveIntoPlace(target, folder);
    options.onProgress({ kind: "task.done", ...task, seconds: (performance.now() - started) / 1000 });
    return folder;
  } catch (error) {
    options.signal.throwIfAborted();
    const diagnostic = refusal(error, options);
    options.onProgress({ kind: "task.failed", ...task, diagnostic });
    throw new UserError([diagnostic], exitCodes.failed, { cause: error });
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function makeIncoming(charts: string): Promise<string> {
  try {
    await makeFolder(charts);
    return await mkdtemp(path.join(charts, "incoming-"));
  } catch (error) {
    throw new UserError(
      [
        {
          ...errorOf("ISM719"),
          detail: `Istio's charts are kept in ${charts}, where nothing can be written: ${(error as Error).message}.`,
          fix: "Make the folder writable, or name another one with ISTHMUS_CACHE_DIR or XDG_CACHE_HOME.",
        },
      ],
      exitCodes.failed,
      { cause: error },
    );
  }
}

async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Another run was faster; its charts are the same.
    if (!(await exists(to))) {
      throw error;
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}

function refusal(error: unknown, options: DownloadChartsOptions) {
  return {
    ...errorOf("ISM210"),
    detail: `helm could not fetch the charts of Istio ${options.version} from ${options.repository}: ${wordsOfHelm(error)}`,
    fix: "Run the same command again when the repository can be reached, or set ISTHMUS_ISTIO_CHARTS to manifests/charts of the release archive of that Istio.",
  } as const;
}
