import { namedFile } from "../../files/named-file.ts";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { readBytes } from "../../files/read-text.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { quoteCommand } from "../../core/quote-command.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { checkManifests } from "../../core/manifests/check-manifests.ts";
import { findOddEntry } from "../../core/manifests/find-odd-entry.ts";
import { decodeBytes } from "../../core/manifests/decode-bytes.ts";
import type { ManifestObject } from "../../core/manifests/list-objects.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Materials } from "../../core/render/materials.ts";
import { noMaterials, serviceKey } from "../../core/render/materials.ts";
import { findMeshClashes } from "../../core/render/render-mesh.ts";
import { buildKustomization } from "../../providers/kustomize/build-kustomization.ts";
import { findKustomization, isKustomizationName } from "../../providers/kustomize/find-kustomization.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { ProgramLookup, RunOptions } from "../options.ts";
import { readObjects } from "./manifest-objects.ts";
import { describeUnreadFiles, isManifestName } from "./unread-files.ts";

type ReadOptions = Pick<ProgramLookup, "env" | "kubectlCandidates"> & Pick<RunOptions, "signal">;

/** What rendering needs to know of the services' manifests. */
export type ServiceManifests = Required<Pick<Materials, "serviceManifests" | "places">>;

/** The manifests, and what has to be said of them though they can be applied. */
export interface ReadManifests {
  readonly manifests: ServiceManifests;
  readonly warnings: readonly Diagnostic[];
}

/**
 * The objects of every service's `manifests`: a YAML file, a kustomization, or
 * a folder whose `*.yaml`, `*.yml` and `*.json` files are read in name order.
 * All problems in all files are one UserError (65), also objects that they and
 * the mesh file make differently, and what they say against the mesh file.
 */
export async function readServiceManifests(
  meshFile: Pick<MeshFile, "name" | "folder" | "mesh" | "locate">,
  options: ReadOptions,
): Promise<ReadManifests> {
  const problems: Diagnostic[] = [];
  const found: Record<string, readonly KubeObject[]> = {};
  const written = new Map<KubeObject, ManifestObject>();
  const incomplete = new Set<string>();
  const unasked: Diagnostic[] = [];
  for (const [index, service] of meshFile.mesh.services.entries()) {
    if (service.manifests === undefined) {
      continue;
    }
    const range = meshFile.locate(["spec", "services", index, "manifests"]);
    const before = problems.length;
    try {
      const { texts, unread } = await readTexts(service.manifests, meshFile, options);
      unasked.push(...(unread === undefined ? [] : [{ range, ...unread }]));
      const read = texts.flatMap(({ text, name }) => withoutOdd(readObjects(text, name, problems), problems));
      for (const one of read) {
        written.set(one.object, one);
      }
      found[serviceKey(service)] = read.map(({ object }) => object);
      if (problems.length > before) {
        incomplete.add(serviceKey(service));
      }
    } catch (error) {
      options.signal.throwIfAborted();
      problems.push(
        ...describeUnread(error, `${service.manifests} of service ${service.name}`).map((one) => ({ range, ...one })),
      );
    }
  }
  const manifests: ServiceManifests = {
    serviceManifests: found,
    places: placesIn(written, meshFile),
  };
  const all = [
    ...problems,
    ...unasked,
    ...findMeshClashes(meshFile.mesh, { ...noMaterials, ...manifests }),
    ...checkManifests(meshFile.mesh, manifests, incomplete),
  ];
  if (all.some((one) => one.severity === "error")) {
    throw new UserError(all, exitCodes.invalidMeshFile);
  }
  return { manifests, warnings: all };
}

function placesIn(
  written: ReadonlyMap<KubeObject, ManifestObject>,
  { locate }: Pick<MeshFile, "locate">,
): ServiceManifests["places"] {
  return {
    manifest: (object, at) => {
      const one = written.get(object);
      return (at === undefined ? undefined : one?.rangeOf(at)) ?? one?.range;
    },
    mesh: locate,
  };
}

/** Everything that `readServiceManifests` would say, errors and warnings. */
export async function inspectManifests(
  meshFile: Parameters<typeof readServiceManifests>[0],
  options: ReadOptions,
): Promise<readonly Diagnostic[]> {
  try {
    return (await readServiceManifests(meshFile, options)).warnings;
  } catch (error) {
    if (error instanceof UserError) {
      return error.diagnostics;
    }
    throw error;
  }
}

/** A manifest's text and how messages call it. */
interface Manifest {
  readonly name: string;
  readonly text: string;
}

async function readText(file: string, name: string): Promise<string> {
  const decoded = decodeBytes(await readBytes(file));
  if (decoded.kind === "text") {
    return decoded.text;
  }
  throw new UserError(
    [
      {
        ...errorOf("ISM227"),
        detail: `${name} cannot be read: ${decoded.detail}.`,
        fix: "Save the file as UTF-8.",
      },
    ],
    exitCodes.invalidMeshFile,
  );
}

async function readTexts(
  named: string,
  meshFile: Pick<MeshFile, "name" | "folder">,
  options: ReadOptions,
): Promise<{ readonly texts: readonly Manifest[]; readonly unread?: Diagnostic | undefined }> {
  const { folder: relativeTo } = meshFile;
  const place = namedFile(named, { folder: relativeTo, env: options.env });
  // As the mesh file was named, so that a terminal finds the file.
  const nameOf = (file: string): string => path.join(path.dirname(meshFile.name), path.relative(relativeTo, file));
  const isFolder = (await stat(place)).isDirectory();
  const root = isFolder ? place : isKustomizationName(path.basename(place)) ? path.dirname(place) : undefined;
  const kustomization = root === undefined ? undefined : await findKustomization(root);
  if (root !== undefined && kustomization !== undefined) {
    const text = await buildKustomization(root, { ...options, relativeTo });
    return { texts: [{ name: `the output of ${nameOf(kustomization)}`, text }] };
  }
  const names = isFolder ? await readdir(place) : [];
  if (names.includes("Chart.yaml")) {
    throw new UserError([describeChart(nameOf(place))], exitCodes.invalidMeshFile);
  }
  const files = isFolder
    ? names
        .sort()
        .filter(isManifestName)
        .map((name) => path.join(place, name))
    : [place];
  const texts = await Promise.all(
    files.map(async (file) => ({ name: nameOf(file), text: await readText(file, nameOf(file)) })),
  );
  return { texts, unread: isFolder ? await describeUnreadFiles(place, nameOf) : undefined };
}

/** Objects whose lists have entries that are no mappings are said and left out: nothing else has to expect that. */
function withoutOdd(read: readonly ManifestObject[], problems: Diagnostic[]): readonly ManifestObject[] {
  return read.filter((one) => {
    const odd = findOddEntry(one);
    problems.push(...(odd === undefined ? [] : [odd]));
    return odd === undefined;
  });
}

function describeUnread(error: unknown, what: string): readonly Diagnostic[] {
  return error instanceof UserError
    ? error.diagnostics
    : [
        {
          ...errorOf("ISM203"),
          detail: `${what}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file or folder" : (error as Error).message}.`,
          fix: "The path is relative to the mesh file's folder. Correct it, or leave `manifests` out when the service is deployed by other means.",
        },
      ];
}

/** The folder of a Helm chart: what is in it are templates and values, and no objects. */
function describeChart(folder: string): Diagnostic {
  const rendered = `${folder.replace(/\/+$/, "")}-objects`;
  return {
    ...errorOf("ISM228"),
    detail: `${folder} is the folder of a Helm chart (it has a Chart.yaml): its templates are no objects yet.`,
    fix: `Render the chart into a folder of its own, and name that one: ${quoteCommand(["mkdir", "-p", rendered])} && ${quoteCommand(["helm", "template", "NAME", folder])} > ${quoteCommand([path.join(rendered, "objects.yaml")])}`,
  };
}
