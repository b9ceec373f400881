import type { Cluster } from "../model/mesh.ts";
import type { Wave } from "../render/waves.ts";
import type { LeftOut } from "./left-out.ts";

/** What an export has for one API server. */
export interface ExportedPart {
  readonly folder: string;
  readonly cluster: Cluster | undefined;
  /** The waves that have a folder. */
  readonly waves: readonly Wave[];
  /** True when there are CustomResourceDefinitions in its definitions. */
  readonly hasDefinitions: boolean;
  readonly leftOut: LeftOut;
}
