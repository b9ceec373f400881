import { adviseLeftClusters } from "../../core/advice/left-clusters.ts";
import type { AdoptionPolicy } from "../../core/decide/adoption.ts";
import { defaultAdoption } from "../../core/decide/adoption.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { problemsOf } from "../../core/front-door/names-plan.ts";
import { hasChanges } from "../../core/plan/plan.ts";
import type { SavedPlan } from "../../core/plan/saved-plan.ts";
import type { PlanEvent } from "../events.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions, PlanOptions } from "../options.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import { preparePlan } from "../plan/prepare-plan.ts";
import { refuseHalfOfANewMesh } from "../plan/preflight/new-mesh-complete.ts";
import { readSavedPlan, refuseStaleMeshFile, refuseStalePlan } from "../plan/saved-plan-file.ts";
import type { Scope } from "./scope.ts";

/** What somebody may choose about an apply. */
export interface ApplyChoices extends PlanOptions {
  /** Names of the only clusters to write to; all when empty. */
  readonly clusters: readonly string[];
  readonly prune: boolean;
}

/** The choices as somebody made them: undefined = not made. */
export type AskedChoices = Omit<ApplyChoices, "adopt"> & { readonly adopt: AdoptionPolicy | undefined };

/**
 * The choices of an apply, with the saved plan when it is of one. A saved plan
 * is done exactly, so it brings its own: a UserError (64, ISM066) names those
 * that were made beside it, one (64, ISM064) says that the file is none.
 */
export async function chooseApply(
  asked: AskedChoices,
  plan: { readonly name: string; readonly cwd: string } | undefined,
): Promise<ApplyChoices & { readonly saved?: SavedPlan }> {
  if (plan === undefined) {
    return { ...asked, adopt: asked.adopt ?? defaultAdoption };
  }
  refuseChoices(asked, plan.name);
  const saved = await readSavedPlan(plan.name, plan.cwd);
  const { continue: continueOnRefusal, ...options } = saved.options;
  return { ...options, continueOnRefusal, saved };
}

function refuseChoices(asked: AskedChoices, name: string): void {
  const { forceConflicts: force } = asked;
  const made = [
    ...asked.clusters.map((cluster) => `--cluster ${cluster}`),
    ...(asked.prune ? ["--prune"] : []),
    ...(force === false ? [] : [force === true ? "--force-conflicts" : `--force-conflicts=${force.join(",")}`]),
    ...(asked.adopt === undefined ? [] : [`--adopt ${asked.adopt}`]),
    ...(asked.continueOnRefusal ? ["--continue"] : []),
  ];
  if (made.length > 0) {
    throw new UserError(
      [
        {
          ...errorOf("ISM066"),
          detail: `${name} is done exactly as it was planned, so ${made.join(" and ")} cannot be given with it.`,
          fix: `Make the plan with it: isthmus plan ${made.join(" ")} --out ${name}`,
        },
      ],
      exitCodes.usage,
    );
  }
}

/** What an apply is about to do. */
export interface PreparedApply {
  readonly prepared: PreparedPlan;
  readonly prune: boolean;
  /** False when there is nothing to ask anybody about; an apply still waits and proves. */
  readonly changes: boolean;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Plans an apply and refuses what must not be begun: half of a new mesh
 * (UserError 69, ISM306), and with `saved` anything that would be done otherwise
 * than was planned (75, ISM309). `onPlan` gets the plan before it is refused.
 * Connections are open until `prepared.close`.
 */
export async function prepareApply(
  request: {
    readonly meshFile: MeshFile;
    readonly scope: Scope;
    readonly prune: boolean;
    readonly saved?: SavedPlan;
    readonly onPlan: (event: PlanEvent) => void;
  },
  options: EngineOptions,
): Promise<PreparedApply> {
  const { meshFile, scope, prune, saved } = request;
  if (saved !== undefined) {
    refuseStaleMeshFile(saved, meshFile);
  }
  // What was planned is done exactly, whatever an authority says since.
  const prepared = await preparePlan(meshFile, { ...options, askWhenToRenew: saved === undefined }, scope);
  try {
    const { plan } = prepared;
    request.onPlan({ kind: "plan", plan, prune });
    refuseHalfOfANewMesh(prepared);
    if (saved !== undefined) {
      refuseStalePlan(saved, plan);
    }
    return {
      prepared,
      prune,
      changes: hasChanges(plan, { prune }),
      warnings: [
        ...prepared.warnings,
        ...adviseLeftClusters(plan, { prune }),
        ...problemsOf(plan.names).map(asWarning),
      ],
    };
  } catch (error) {
    await prepared.close();
    throw error;
  }
}

/** What is wrong with names refuses no apply: it ends as partly applied and says again what is missing. */
function asWarning(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, severity: "warning" };
}
