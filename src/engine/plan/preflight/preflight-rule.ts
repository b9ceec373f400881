import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../../core/diagnostics/exit-codes.ts";
import type { ProgramLookup, RunOptions } from "../../options.ts";
import type { CurrentState } from "../current-state.ts";

/** A reason to refuse a plan before anything is touched, or to warn of it. */
export interface PreflightRule {
  readonly name: string;
  /** What a run that it refuses ends with, when it is the first that refuses; 1 without it. */
  readonly exitCode?: ExitCode;
  /** Errors refuse, warnings become part of the plan. Changes nothing. */
  readonly find: (
    current: CurrentState,
    options: RunOptions & ProgramLookup,
  ) => readonly Diagnostic[] | Promise<readonly Diagnostic[]>;
}
