import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { locateSharedClusters } from "../../clusters/resolve-contexts.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Two clusters of the mesh file that are one (ISM515). */
export const distinctClusters: PreflightRule = {
  name: "distinct-clusters",
  exitCode: exitCodes.invalidMeshFile,
  find: ({ meshFile, open }) => locateSharedClusters(meshFile, open.connections),
};
