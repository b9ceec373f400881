import { runCommand } from "./run-command.ts";

export interface SystemCommandOptions {
  /** Written to the program's standard input. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/**
 * The environment for programs of the operating system: found also where a
 * root shell's PATH has no sbin folders, with untranslated messages.
 */
export function systemEnvironment(): Readonly<Record<string, string>> {
  return {
    PATH: [process.env["PATH"] ?? "", "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin"].join(":"),
    LC_ALL: "C",
  };
}

/**
 * Runs a short program of the operating system (ip, nft, umount) to its end and gives its
 * standard output. Throws as `runCommand` does.
 */
export async function runSystemCommand(
  program: string,
  args: readonly string[],
  options: SystemCommandOptions = {},
): Promise<string> {
  const { stdout } = await runCommand(program, args, { ...options, env: systemEnvironment() });
  return stdout;
}
