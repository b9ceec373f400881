import type { ExitCode } from "../../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../../core/diagnostics/exit-codes.ts";
import { renderTable } from "./table.ts";

/** What each exit code tells a script. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: "done, or nothing to do",
  [exitCodes.failed]: "failed, or answered with no",
  [exitCodes.changes]: "there are changes (plan --detailed-exitcode)",
  [exitCodes.findings]: "verify found something that is not as asked",
  [exitCodes.partlyApplied]: "some clusters are done and others are not; run the same command again",
  [exitCodes.usage]: "wrong usage of the command line",
  [exitCodes.invalidMeshFile]: "the mesh file has errors",
  [exitCodes.unreachable]: "a cluster does not answer",
  [exitCodes.tryAgain]: "locked or in conflict with somebody else's change; try again",
  [exitCodes.interrupted]: "interrupted (Ctrl-C)",
};

/** All exit codes as a table. */
export function viewExitCodes(): string {
  return renderTable(
    ["CODE", "MEANS"],
    Object.entries(exitCodeMeanings).map(([code, meaning]) => [code, meaning]),
  );
}
