import type { Cluster } from "../model/mesh.ts";
import type { PlacedObject } from "../render/place-objects.ts";

/** A file to write, under the folder of the export. */
export interface ExportFile {
  /** Relative, with `/` between its parts; of letters, digits, `.`, `-` and `_`. */
  readonly path: string;
  readonly text: string;
}

/** How an export is laid out; the words of `isthmus export --format`. */
export const exportFormats = ["yaml", "kustomize", "fleet"] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** What goes to one API server, in a folder of its own. */
export interface ExportPart {
  readonly folder: string;
  /** The cluster of the mesh; undefined for the cluster that Rancher itself runs in. */
  readonly cluster: Cluster | undefined;
  /** In the order in which they are applied, none with a secret value. */
  readonly objects: readonly PlacedObject[];
}
