import { errorOf } from "../../core/diagnostics/coded.ts";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { writeYaml } from "../../core/model/object-yaml.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { HelmRelease } from "../../core/render/helm-releases.ts";
import { keptManifests, parseManifests } from "../kept-manifests.ts";
import { programFailure, renderLimitMs } from "../program-failure.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";
import { runHelm } from "./run-helm.ts";

export interface TemplateOptions {
  /** Finds helm; called only when the cache has no answer. */
  readonly helm: () => Promise<string>;
  /** The chart's folder and its content as `digestChart` gives it. */
  readonly chart: { readonly folder: string; readonly digest: string };
  readonly cacheDir: string;
  readonly cluster: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * The objects that `helm template` makes of one release, its custom resource
 * definitions among them. Hooks are left out: isthmus applies objects and runs
 * none, and Istio's charts have none. Values go by file (0600), since they may
 * be private. Answers are kept by the chart's content, release and values. A
 * refusal is a UserError (ISM211) with helm's own words.
 */
export async function templateChart(release: HelmRelease, options: TemplateOptions): Promise<readonly KubeObject[]> {
  const values = writeYaml(release.values);
  const inputs = ["helm 2", options.chart.digest, release.chart, release.name, release.namespace, values];
  return await keptManifests(options.cacheDir, inputs, async () => renderFresh(release, values, options));
}

/** A digest over every file of a chart: equal exactly when names and contents are. */
export async function digestChart(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) {
    const content = await readFile(path.join(folder, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

async function renderFresh(
  release: HelmRelease,
  values: string,
  options: TemplateOptions,
): Promise<readonly KubeObject[]> {
  const helm = await options.helm();
  return inTemporaryFolder("helm", { "values.yaml": values }, async (home) => {
    try {
      const file = path.join(home, "values.yaml");
      const names = [release.name, options.chart.folder, "--namespace", release.namespace];
      const unchecked = (await hasBrokenSchema(options.chart.folder)) ? ["--skip-schema-validation"] : [];
      const args = ["template", ...names, "--values", file, "--include-crds", "--no-hooks", ...unchecked];
      const text = await runHelm(helm, args, { ...options, home, timeoutMs: renderLimitMs });
      return parseManifests(text, `the chart ${release.chart}`);
    } catch (error) {
      options.signal.throwIfAborted();
      throw new UserError([refusal(error, release, options)], exitCodes.failed, { cause: error });
    }
  });
}

/**
 * True for a schema whose root is a `$ref` beside `additionalProperties: false`,
 * as Istio's gateway chart has it before 1.25.5, 1.26.4 and 1.27.1. helm up to
 * 3.18.4 ignored what stands beside a `$ref`; a newer one refuses every value
 * with it, the chart's own defaults as well.
 */
async function hasBrokenSchema(folder: string): Promise<boolean> {
  const text = await readFile(path.join(folder, "values.schema.json"), "utf8").catch(() => "{}");
  const schema = JSON.parse(text) as { readonly $ref?: unknown; readonly additionalProperties?: unknown };
  return schema.$ref !== undefined && schema.additionalProperties === false;
}

function refusal(error: unknown, release: HelmRelease, options: TemplateOptions) {
  const { words, fix } = programFailure(
    error,
    "helm",
    "Correct spec.istio (profile, values) in the mesh file; the words above are helm's and the chart's own.",
  );
  return {
    ...errorOf("ISM211"),
    detail: `helm could not render the chart ${release.chart} as ${release.name} for ${options.cluster}: ${words}`,
    fix,
    cluster: options.cluster,
  } as const;
}
