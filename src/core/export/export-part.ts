import type { Mesh } from "../model/mesh.ts";
import type { ExportFile, ExportFormat, ExportPart } from "./export-file.ts";
import { exportFleet } from "./fleet.ts";
import { exportKustomize } from "./kustomize.ts";
import { exportYaml } from "./yaml.ts";

/** The files of one part in a format. Pure: the same objects give byte-equal files, each under a path of its own. */
export function exportPart(mesh: Mesh, format: ExportFormat, part: ExportPart): readonly ExportFile[] {
  switch (format) {
    case "yaml":
      return exportYaml(part);
    case "kustomize":
      return exportKustomize(part);
    case "fleet":
      return exportFleet(mesh, part);
  }
}

/** The folder for Rancher's local cluster. A cluster of the mesh may be called `management` too, but no cluster's name has an underscore. */
export function rancherLocalFolder(mesh: Mesh): string {
  return mesh.clusters.some((cluster) => cluster.name === "management") ? "_management" : "management";
}
