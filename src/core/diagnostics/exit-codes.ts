/** The exit codes of docs/reference/cli.md. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  changes: 2,
  findings: 3,
  partlyApplied: 4,
  usage: 64,
  invalidMeshFile: 65,
  unreachable: 69,
  tryAgain: 75,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
