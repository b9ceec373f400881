import { nameFiles } from "./file-name.ts";
import { compareText } from "../render/order.ts";
import { writeYaml } from "../model/object-yaml.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Wave } from "../render/waves.ts";
import { waves } from "../render/waves.ts";
import type { ExportFile, ExportPart } from "./export-file.ts";

/** The objects that are applied together, in a folder whose name says when. */
export interface WaveFolder {
  readonly wave: Wave;
  readonly path: string;
  readonly objects: readonly KubeObject[];
  /** One for each object, in the order of names. */
  readonly files: readonly ExportFile[];
}

/** The name of a wave's folder: `04-definitions`. The number is the wave's place in the order of all waves, also of those that have no folder. */
export function waveFolderName(wave: Wave): string {
  return `${String(waves.indexOf(wave) + 1).padStart(2, "0")}-${wave}`;
}

/** A part's objects as files, a folder for each wave that has any, in the order of waves. */
export function waveFolders(part: ExportPart): readonly WaveFolder[] {
  return waves.flatMap((wave) => {
    const objects = part.objects.filter((placed) => placed.wave === wave).map((placed) => placed.object);
    if (objects.length === 0) {
      return [];
    }
    const path = `${part.folder}/${waveFolderName(wave)}`;
    const names = nameFiles(objects);
    const files = objects.map((object) => ({
      path: `${path}/${names.get(keyOf(idOf(object))) ?? ""}`,
      text: writeYaml(object),
    }));
    return [{ wave, path, objects, files: files.sort((a, b) => compareText(a.path, b.path)) }];
  });
}
