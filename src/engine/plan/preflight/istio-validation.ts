import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../../files/make-folder.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../../core/diagnostics/coded.ts";
import { UserError } from "../../../core/diagnostics/user-error.ts";
import { describeId, idOf, keyOf } from "../../../core/model/kube-object.ts";
import { digestObject } from "../../../core/plan/digest.ts";
import type { IstioConfig } from "../../../core/render/istio-config.ts";
import { renderIstioConfig } from "../../../core/render/istio-config.ts";
import { findIstioctl } from "../../../providers/istioctl/find-istioctl.ts";
import { validateObjects } from "../../../providers/istioctl/validate-objects.ts";
import type { ManifestOptions } from "../../manifests/istio-renderer.ts";
import type { MeshFile } from "../../mesh-file.ts";
import { knownInputs } from "../desired-state.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Configuration that Istio's own validation does not accept (ISM324). */
export const istioValidation: PreflightRule = {
  name: "istio-validation",
  find: async (current, options) => {
    const { meshFile, platforms } = current;
    // No credential shows in what Istio judges, so that none has to be asked for before all else is found good.
    const config = renderIstioConfig(meshFile.mesh, { ...knownInputs(current), remoteCredentials: {} });
    const named = Object.values(platforms).flatMap(({ istioctl }) => istioctl ?? []);
    return findInvalidConfig(meshFile, config, named, options);
  },
};

/**
 * What Istio's own validation says no to (ISM324), with its words and the
 * place in the mesh file. Asked of the istioctl of the mesh's version, before
 * anything is written: on a first apply there is no webhook yet that would.
 * What was found good is remembered by content. Where there is no such
 * istioctl nothing is found here; istiod's webhook then judges each write.
 */
async function findInvalidConfig(
  meshFile: MeshFile,
  config: readonly IstioConfig[],
  candidates: readonly string[],
  options: ManifestOptions,
): Promise<readonly Diagnostic[]> {
  const { version } = meshFile.mesh.istio;
  if (config.length === 0) {
    return [];
  }
  const digests = config.map(({ object }) => digestObject(object));
  const key = createHash("sha256")
    .update(["1", version, ...digests].join("\n"))
    .digest("hex");
  const mark = path.join(options.cacheDir, "validated", key);
  const istioctl = (await isFile(mark)) ? undefined : await find(version, candidates, options);
  if (istioctl === undefined) {
    return [];
  }
  const objects = config.map(({ object }) => object);
  const invalid = await validateObjects(objects, { istioctl, signal: options.signal });
  if (invalid?.length === 0) {
    await remember(mark);
  }
  return (invalid ?? []).map(({ object, words }): Diagnostic => {
    const id = idOf(object);
    const from = config.find((one) => keyOf(idOf(one.object)) === keyOf(id))?.path ?? ["spec", "services"];
    return {
      ...errorOf("ISM324"),
      detail: `${describeId(id)} would be refused by istiod ${version}, or break the gateways that get it: ${words}. Nothing was changed.`,
      fix: "Correct what Istio's words name, in the mesh file or in the service's manifests.",
      range: meshFile.locate(from),
      object: id,
    };
  });
}

async function find(
  version: string,
  candidates: readonly string[],
  { env, istioctlCandidates }: ManifestOptions,
): Promise<string | undefined> {
  try {
    return await findIstioctl({ version, env, candidates: [...new Set([...candidates, ...istioctlCandidates])] });
  } catch (error) {
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
}

async function isFile(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

/** What cannot be remembered is asked again the next time. */
async function remember(file: string): Promise<void> {
  await makeFolder(path.dirname(file))
    .then(async () => writeFile(file, "", { mode: 0o600 }))
    .catch(() => undefined);
}
