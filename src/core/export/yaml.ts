import type { ExportFile, ExportPart } from "./export-file.ts";
import { waveFolders } from "./wave-folders.ts";

/** Plain manifests for `kubectl apply -R -f`: `<folder>/<NN-wave>/<object>.yaml`. */
export function exportYaml(part: ExportPart): readonly ExportFile[] {
  return waveFolders(part).flatMap((folder) => folder.files);
}
