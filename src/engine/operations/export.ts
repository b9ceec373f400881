import type { ExportFormat } from "../../core/export/export-file.ts";
import { exportPart, rancherLocalFolder } from "../../core/export/export-part.ts";
import { leaveOut } from "../../core/export/left-out.ts";
import type { ExportedPart } from "../../core/export/exported-part.ts";
import { writeReadme } from "../../core/export/readme.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import { waves } from "../../core/render/waves.ts";
import type { ExportFolder, ExportedFiles } from "../export/export-folder.ts";
import { openExportFolder } from "../export/export-folder.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { RenderOptions } from "./render.ts";
import { renderOffline } from "./render.ts";

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Absolute. */
  readonly folder: string;
  /** The folder as the user named it, for messages. */
  readonly name: string;
  /** The one cluster to export; undefined for all. */
  readonly cluster?: string;
  /** Write beside files of others, and over changed ones. */
  readonly force: boolean;
}

export interface ExportOutcome {
  /** What has to be said of the services' manifests. */
  readonly warnings: readonly Diagnostic[];
  readonly parts: readonly ExportedPart[];
  readonly files: ExportedFiles;
}

/**
 * Writes every object that isthmus would own into a folder, without asking any
 * cluster. Secrets are left out; the folder's README.md says how to make them.
 * The folder then holds this export and nothing of the one before; a failure leaves it as it was.
 */
export async function exportMesh(
  meshFile: MeshFile,
  asked: ExportOptions,
  options: RenderOptions,
): Promise<ExportOutcome> {
  const { mesh } = meshFile;
  const folder = await openExportFolder(asked.folder, asked);
  try {
    const rendered = await renderOffline(meshFile, options, asked.cluster);
    const parts: ExportedPart[] = [];
    const stage = async (name: string, cluster: Cluster | undefined, objects: readonly PlacedObject[]) => {
      const { kept, leftOut } = leaveOut(objects);
      const files = exportPart(mesh, asked.format, { folder: name, cluster, objects: kept });
      await stageAll(folder, files);
      const present = waves.filter((wave) => kept.some((placed) => placed.wave === wave));
      parts.push({
        folder: name,
        cluster,
        waves: present,
        hasDefinitions: kept.some((placed) => placed.object.kind === "CustomResourceDefinition"),
        leftOut,
      });
    };
    if (rendered.rancherLocal.length > 0) {
      await stage(rancherLocalFolder(mesh), undefined, rendered.rancherLocal);
    }
    for await (const one of rendered.clusters) {
      options.signal.throwIfAborted();
      await stage(one.cluster, clusterNamed(mesh, one.cluster), one.objects);
    }
    await folder.stage({ path: "README.md", text: writeReadme(mesh, asked.format, parts) });
    return { warnings: rendered.warnings, parts, files: await folder.commit() };
  } finally {
    await folder.close();
  }
}

async function stageAll(folder: ExportFolder, files: ReturnType<typeof exportPart>): Promise<void> {
  for (const file of files) {
    await folder.stage(file);
  }
}
