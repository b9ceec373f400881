import { errorOf } from "../../core/diagnostics/coded.ts";
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { writeYaml } from "../../core/model/object-yaml.ts";
import { keptManifests, parseManifests } from "../kept-manifests.ts";
import { programFailure, renderLimitMs } from "../program-failure.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const run = promisify(execFile);

export interface GenerateOptions {
  /** Finds istioctl; called only when the cache has no answer. */
  readonly istioctl: () => Promise<string>;
  /** The version of that istioctl: part of the cache's key. */
  readonly version: string;
  /** Folder for rendered manifests. */
  readonly cacheDir: string;
  readonly cluster: string;
  readonly signal: AbortSignal;
}

/**
 * The objects that `istioctl manifest generate` makes of one IstioOperator.
 * Istio's renderer is deterministic, so answers are kept by content: a
 * release renders the same file to the same objects. A refusal is a UserError
 * (ISM206) with istioctl's own words.
 */
export async function generateManifests(
  operator: KubeObject,
  options: GenerateOptions,
): Promise<readonly KubeObject[]> {
  const inputs = renderInputs(operator, options.version);
  return await keptManifests(options.cacheDir, inputs, async () => renderFresh(inputs[2], options));
}

/** What the answer of an istioctl of this version depends on, for `keptManifests`: the form of what is kept, the version, and the text that istioctl gets. */
export function renderInputs(operator: KubeObject, version: string): readonly [string, string, string] {
  return ["2", version, writeYaml(operator)];
}

async function renderFresh(input: string, options: GenerateOptions): Promise<readonly KubeObject[]> {
  const istioctl = await options.istioctl();
  return inTemporaryFolder("istioctl", { "operator.yaml": input }, async (folder) => {
    try {
      const { stdout } = await run(istioctl, ["manifest", "generate", "-f", path.join(folder, "operator.yaml")], {
        signal: options.signal,
        timeout: renderLimitMs,
        maxBuffer: 64 * 1024 * 1024,
        // Rendering is offline; no kubeconfig of the caller may change the result.
        env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: "/dev/null" },
      });
      return parseManifests(stdout, "istioctl's output");
    } catch (error) {
      if (options.signal.aborted) {
        throw error;
      }
      throw new UserError([refusal(error, options)], exitCodes.failed, { cause: error });
    }
  });
}

function refusal(error: unknown, options: GenerateOptions) {
  const { words, fix } = programFailure(
    error,
    "istioctl",
    "Correct spec.istio (profile, values) in the mesh file; the words above are istioctl's own.",
  );
  return {
    ...errorOf("ISM206"),
    detail: `istioctl ${options.version} could not render the control plane of ${options.cluster}: ${words}`,
    fix,
    cluster: options.cluster,
  } as const;
}
