import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments, stringify } from "yaml";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";

const run = promisify(execFile);

export interface GenerateOptions {
  /** Finds istioctl; called only when the cache has no answer. */
  readonly istioctl: () => Promise<string>;
  /** The version of that istioctl: part of the cache's key. */
  readonly version: string;
  /** Folder for rendered manifests; they carry no secrets. */
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
  const input = stringify(operator, { aliasDuplicateObjects: false });
  const key = createHash("sha256").update(`1\n${options.version}\n${input}`).digest("hex");
  const cached = path.join(options.cacheDir, "manifests", `${key}.json`);
  const known = await readFile(cached, "utf8").catch(() => undefined);
  if (known !== undefined) {
    return JSON.parse(known) as KubeObject[];
  }
  const objects = await renderFresh(input, options);
  await keep(cached, JSON.stringify(objects));
  return objects;
}

async function renderFresh(input: string, options: GenerateOptions): Promise<readonly KubeObject[]> {
  const istioctl = await options.istioctl();
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-istioctl-"));
  try {
    const file = path.join(folder, "operator.yaml");
    await writeFile(file, input, { mode: 0o600 });
    const { stdout } = await run(istioctl, ["manifest", "generate", "-f", file], {
      signal: options.signal,
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
      // Rendering is offline; no kubeconfig of the caller may change the result.
      env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: "/dev/null" },
    });
    return readObjects(stdout);
  } catch (error) {
    if (options.signal.aborted) {
      throw error;
    }
    throw new UserError([refusal(error, options)], exitCodes.failed, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readObjects(text: string): readonly KubeObject[] {
  return parseAllDocuments(text, { maxAliasCount: -1 } as object)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && typeof object === "object");
}

function refusal(error: unknown, options: GenerateOptions) {
  const words = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
  return {
    code: "ISM206",
    severity: "error",
    summary: "istioctl refused to render",
    detail: `istioctl ${options.version} could not render the control plane of ${options.cluster}: ${words}`,
    fix: "Correct spec.istio (profile, values) in the mesh file; the words above are istioctl's own.",
    cluster: options.cluster,
  } as const;
}

async function keep(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, text);
  await rename(draft, file);
}
