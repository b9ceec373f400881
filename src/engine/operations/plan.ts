/** `isthmus plan`, and the plans that an apply carries out: prepared here, kept in a file, or read from one. */
export type { PreparedPlan } from "../plan/prepare-plan.ts";
export { preparePlan } from "../plan/prepare-plan.ts";
export { preparePlanInParts } from "../plan/plan-in-parts.ts";
export type { PlannedCluster } from "../plan/tell-parts.ts";
export { readSavedPlan, refuseStaleMeshFile, refuseStalePlan, writeSavedPlan } from "../plan/saved-plan-file.ts";
export type { Scope } from "../clusters/scope.ts";
export { clustersOutOfScope } from "../clusters/scope.ts";
