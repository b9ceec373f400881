import { readFile, readdir, stat } from "node:fs/promises";
import path from "node:path";
import { LineCounter, parseAllDocuments } from "yaml";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";
import { serviceKey } from "../../core/render/materials.ts";
import type { MeshFile } from "../mesh-file.ts";

/**
 * The objects of every service's `manifests`: a YAML file, or a folder whose
 * `*.yaml`, `*.yml` and `*.json` files are read in name order. All problems in
 * all files are one UserError (65).
 */
export async function readServiceManifests(
  meshFile: MeshFile,
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  const problems: Diagnostic[] = [];
  const found: Record<string, readonly KubeObject[]> = {};
  for (const [index, service] of meshFile.mesh.services.entries()) {
    if (service.manifests === undefined) {
      continue;
    }
    const range = meshFile.locate(["spec", "services", index, "manifests"]);
    const files = await listFiles(path.resolve(meshFile.folder, service.manifests)).catch((error: unknown) => {
      problems.push({
        code: "ISM203",
        severity: "error",
        summary: "A service's manifests cannot be read",
        detail: `${service.manifests} of service ${service.name}: ${(error as Error).message}.`,
        fix: "The path is relative to the mesh file's folder. Correct it, or leave `manifests` out when the service is deployed by other means.",
        range,
      });
      return [];
    });
    const objects = await Promise.all(files.map(async (file) => readObjects(file, meshFile.folder, problems)));
    found[serviceKey(service)] = objects.flat();
  }
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.invalidMeshFile);
  }
  return found;
}

async function listFiles(place: string): Promise<string[]> {
  if (!(await stat(place)).isDirectory()) {
    return [place];
  }
  const names = (await readdir(place)).sort();
  if (names.some((name) => /^kustomization\.ya?ml$|^Kustomization$/.test(name))) {
    throw new Error("kustomizations are not supported by this version; give the output of `kubectl kustomize` instead");
  }
  return names.filter((name) => /\.(ya?ml|json)$/.test(name)).map((name) => path.join(place, name));
}

async function readObjects(file: string, folder: string, problems: Diagnostic[]): Promise<KubeObject[]> {
  const text = await readFile(file, "utf8");
  const lines = new LineCounter();
  const name = path.relative(folder, file);
  const objects: KubeObject[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    if (!("contents" in document) || document.contents === null) {
      continue;
    }
    const start = lines.linePos(document.range?.[0] ?? 0);
    const error = document.errors[0];
    const value = error === undefined ? (document.toJS() as KubeObject | null) : null;
    if (
      value === null ||
      typeof value.apiVersion !== "string" ||
      typeof value.kind !== "string" ||
      typeof value.metadata?.name !== "string"
    ) {
      const place = error?.linePos?.[0] ?? { line: start.line, col: start.col };
      problems.push({
        code: "ISM204",
        severity: "error",
        summary: "Not a Kubernetes object",
        detail:
          error === undefined
            ? `A document of ${name} has no apiVersion, kind or metadata.name.`
            : `${name}: ${error.message.split("\n")[0]}`,
        fix: "Every document of a manifest is one object with apiVersion, kind and metadata.name.",
        range: {
          file: name,
          start: { line: place.line, column: place.col },
          end: { line: place.line, column: place.col + 1 },
          lineText: text.split("\n")[place.line - 1] ?? "",
        },
      });
      continue;
    }
    objects.push(wrapSecretData(value));
  }
  return objects;
}

/** `stringData` becomes `data`, as the API server does it, so that plans compare like with like. */
function wrapSecretData(object: KubeObject): KubeObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return object;
  }
  const { data, stringData, ...rest } = object as KubeObject & {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  const encoded = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(value).toString("base64")] as const,
  );
  const all = [...Object.entries(data ?? {}), ...encoded].map(([key, value]) => [key, new Secret(value)]);
  return { ...(rest as KubeObject), data: Object.fromEntries(all) };
}
