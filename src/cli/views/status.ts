import { statusDocument } from "../../engine/documents/status.ts";
import type { ClusterStatus } from "../../engine/operations/status.ts";
import type { ShownMesh } from "./human/status.ts";
import { viewStatus, viewWideStatus } from "./human/status.ts";
import type { Printer } from "./printer.ts";

export type StatusOutput = "table" | "wide" | "json";

/** What `isthmus status` prints without `--watch`. */
export interface StatusView {
  readonly status: (mesh: ShownMesh, clusters: readonly ClusterStatus[]) => void;
}

/** The view that `-o` names. */
export function statusView(output: StatusOutput, out: Printer): StatusView {
  const views: Readonly<Record<StatusOutput, StatusView>> = {
    table: { status: (mesh, clusters) => out.print(viewStatus(mesh, clusters, out.palette)) },
    wide: { status: (mesh, clusters) => out.print(viewWideStatus(mesh, clusters, out.palette)) },
    json: { status: (mesh, clusters) => out.printJson(statusDocument(mesh.name, clusters, mesh.names)) },
  };
  return views[output];
}
