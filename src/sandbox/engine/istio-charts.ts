import { chmod, cp, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";
import { chartsPath } from "./engine-manifest.ts";
import type { EnginePins } from "./engine-pins.ts";
import { charts, type Chart } from "./parts.ts";

/** The registry and path that releases of Istio take their images from. */
export const istioHub = "docker.io/istio";

/** Where each chart is in Istio's sources; the folder of `istiod` has an older name. */
const sources: Readonly<Record<Chart, string>> = {
  base: "base",
  istiod: "istio-control/istio-discovery",
  gateway: "gateway",
  cni: "istio-cni",
};

/** What stands in Istio's sources where a release has its own version, registry and tag. */
const placeholders = {
  version: /^(version|appVersion): 1\.0\.0$/gm,
  hub: /^( +hub:) \S+\/testing$/gm,
  tag: /^( +tag:) latest$/gm,
};

/**
 * Copies Istio's charts out of the sources that the engine's programs are
 * compiled from, and writes the release's version, registry and tag into them
 * as a release has them (`SanitizeAllCharts` in pkg/build of
 * https://github.com/istio/release-builder). A UserError (ISM713) when the sources have other places
 * for them.
 */
export async function addIstioCharts(
  istioSources: string,
  build: { readonly dir: string; readonly pins: Pick<EnginePins, "istio"> },
): Promise<void> {
  for (const chart of charts) {
    const target = path.join(build.dir, chartsPath, chart);
    await cp(path.join(istioSources, "manifests/charts", sources[chart]), target, { recursive: true });
    await makeWritable(target);
    await stamp(path.join(target, "Chart.yaml"), [[placeholders.version, `$1: ${build.pins.istio}`]]);
    if (chart === "istiod" || chart === "cni") {
      await stamp(path.join(target, "values.yaml"), [
        [placeholders.hub, `$1 ${istioHub}`],
        [placeholders.tag, `$1 ${build.pins.istio}`],
      ]);
    }
  }
}

/** Go's module cache is read-only, and so is what is copied from it; nobody could remove such an engine. */
async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    await (entry.isDirectory() ? makeWritable(file) : chmod(file, 0o644));
  }
}

async function stamp(file: string, changes: readonly (readonly [RegExp, string])[]): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const [pattern, value] of changes) {
    const changed = text.replace(pattern, value);
    if (changed === text) {
      throw new UserError(
        [
          engineDiagnostic(
            "ISM713",
            `${file} has nothing that matches ${pattern.source}, so Istio's version cannot be written into it.`,
            "Check out or install isthmus again; sandbox-engine/ belongs to it.",
          ),
        ],
        exitCodes.failed,
      );
    }
    text = changed;
  }
  await writeFile(file, text);
}
