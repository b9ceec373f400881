import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { serviceKey } from "../../core/render/materials.ts";
import { buildKustomization } from "../../providers/kustomize/build-kustomization.ts";
import { findKustomization, isKustomizationName } from "../../providers/kustomize/find-kustomization.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { readObjects } from "./manifest-objects.ts";

type ReadOptions = Pick<EngineOptions, "env" | "kubectlCandidates" | "signal">;

/**
 * The objects of every service's `manifests`: a YAML file, a kustomization, or
 * a folder whose `*.yaml`, `*.yml` and `*.json` files are read in name order.
 * All problems in all files are one UserError (65).
 */
export async function readServiceManifests(
  meshFile: MeshFile,
  options: ReadOptions,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  const problems: Diagnostic[] = [];
  const found: Record<string, readonly KubeObject[]> = {};
  for (const [index, service] of meshFile.mesh.services.entries()) {
    if (service.manifests === undefined) {
      continue;
    }
    const range = meshFile.locate(["spec", "services", index, "manifests"]);
    try {
      const texts = await readTexts(path.resolve(meshFile.folder, service.manifests), meshFile.folder, options);
      found[serviceKey(service)] = texts.flatMap(({ text, name }) => readObjects(text, name, problems));
    } catch (error) {
      options.signal.throwIfAborted();
      if (error instanceof UserError) {
        problems.push(...error.diagnostics.map((one) => ({ range, ...one })));
        continue;
      }
      problems.push({
        code: "ISM203",
        severity: "error",
        summary: "A service's manifests cannot be read",
        detail: `${service.manifests} of service ${service.name}: ${(error as Error).message}.`,
        fix: "The path is relative to the mesh file's folder. Correct it, or leave `manifests` out when the service is deployed by other means.",
        range,
      });
    }
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  return found;
}

/** A manifest's text and how messages call it. */
interface Manifest {
  readonly name: string;
  readonly text: string;
}

async function readTexts(place: string, relativeTo: string, options: ReadOptions): Promise<readonly Manifest[]> {
  const isFolder = (await stat(place)).isDirectory();
  const root = isFolder ? place : isKustomizationName(path.basename(place)) ? path.dirname(place) : undefined;
  const kustomization = root === undefined ? undefined : await findKustomization(root);
  if (root !== undefined && kustomization !== undefined) {
    const text = await buildKustomization(root, { ...options, relativeTo });
    return [{ name: `the output of ${path.relative(relativeTo, kustomization)}`, text }];
  }
  const files = isFolder
    ? (await readdir(place))
        .sort()
        .filter((name) => /\.(ya?ml|json)$/.test(name))
        .map((name) => path.join(place, name))
    : [place];
  return Promise.all(
    files.map(async (file) => ({ name: path.relative(relativeTo, file), text: await readFile(file, "utf8") })),
  );
}
