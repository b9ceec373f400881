import path from "node:path";
import type { Cause, CheckReport, CheckSelection } from "../../core/checks/run-checks.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { checkKept, checkMesh, writeFacts } from "../../engine/operations/check.ts";
import { classOfCheck } from "../../engine/operations/exit-class.ts";
import type { Checked } from "../../engine/operations/check.ts";
import type { MeshContext } from "../terminal/context.ts";
import { withGivenOptions } from "../command-line/given-options.ts";
import { usageError } from "../command-line/usage-error.ts";
import type { CheckView } from "../views/check.ts";

export interface CheckArgs {
  readonly cluster: string | undefined;
  readonly factsFrom: string | undefined;
  readonly factsTo: string | undefined;
  readonly pre: boolean;
  readonly strict: boolean;
  /** Milliseconds. */
  readonly wait: number | undefined;
}

/** Checks the clusters, or facts that were kept, and shows the report. */
export async function runCheck(args: CheckArgs, view: CheckView, context: MeshContext): Promise<ExitCode> {
  refuseWaitForKept(args);
  if (args.pre && args.strict) {
    throw usageError(
      "ISM561",
      "--pre looks at what must hold before an apply, and --strict at what the apply's network policies leave open.",
      "Leave one of the two out.",
    );
  }
  const selection = {
    pre: args.pre,
    strict: args.strict,
    ...(args.cluster === undefined ? {} : { cluster: args.cluster }),
  };
  const checked =
    args.factsFrom === undefined
      ? await checkClusters(args, selection, context)
      : await checkKept(path.resolve(context.cwd, args.factsFrom), selection);
  if (args.factsTo !== undefined) {
    await writeFacts(path.resolve(context.cwd, args.factsTo), checked.facts);
  }
  view.report({ ...checked, report: completed(checked, context) });
  return exitCodes[classOfCheck(checked)];
}

async function checkClusters(args: CheckArgs, selection: CheckSelection, context: MeshContext): Promise<Checked> {
  const { meshFile } = await context.readMesh();
  return context.operate({}, async (options) =>
    checkMesh(meshFile, { ...options, ...selection, waitMs: args.wait ?? 0 }),
  );
}

function refuseWaitForKept({ wait, factsFrom }: CheckArgs): void {
  if (wait !== undefined && factsFrom !== undefined) {
    throw usageError(
      "ISM062",
      "--wait looks at clusters again, and --facts-from judges what they had once.",
      "Leave one of the two out.",
    );
  }
}

/** The report with commands that work as they are printed: of the mesh file that the facts are of. */
function completed({ report, facts }: Checked, { kubeconfig }: Pick<MeshContext, "kubeconfig">): CheckReport {
  const complete = (text: string): string => withGivenOptions(text, { file: facts.mesh.file, kubeconfig });
  const words = ({ fix, commands }: Pick<Cause, "fix" | "commands">): Pick<Cause, "fix" | "commands"> => ({
    ...(fix === undefined ? {} : { fix: complete(fix) }),
    ...(commands === undefined ? {} : { commands: commands.map(complete) }),
  });
  return {
    ...report,
    causes: report.causes.map((cause) => ({
      ...cause,
      ...words(cause),
      consequences: cause.consequences.map((one) => ({ ...one, ...words(one) })),
    })),
  };
}
