import { writeYaml } from "../model/object-yaml.ts";
import type { ExportFile, ExportPart } from "./export-file.ts";
import type { WaveFolder } from "./wave-folders.ts";
import { waveFolders } from "./wave-folders.ts";

/**
 * Manifests with a kustomization for each wave, and one for the whole cluster
 * that takes them in their order. `fifo` keeps that order in the output;
 * kustomize's own one sorts by kind, over all waves.
 */
export function exportKustomize(part: ExportPart): readonly ExportFile[] {
  const folders = waveFolders(part);
  if (folders.length === 0) {
    return [];
  }
  return [
    ...folders.flatMap((folder) => [
      ...folder.files,
      kustomization(
        folder.path,
        folder.files.map((file) => below(folder.path, file.path)),
      ),
    ]),
    kustomization(
      part.folder,
      folders.map((folder: WaveFolder) => below(part.folder, folder.path)),
    ),
  ];
}

function kustomization(folder: string, resources: readonly string[]): ExportFile {
  return {
    path: `${folder}/kustomization.yaml`,
    text: writeYaml({
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      sortOptions: { order: "fifo" },
      resources,
    }),
  };
}

function below(folder: string, path: string): string {
  return path.slice(folder.length + 1);
}
