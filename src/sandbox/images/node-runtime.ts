import { copyFile, mkdir, realpath } from "node:fs/promises";
import path from "node:path";
import { runCommand } from "../process/run-command.ts";

export interface NodeRuntimeOptions {
  /** The program of Node; `process.execPath`. */
  readonly node: string;
  /** The folder to fill; made when it is not there. */
  readonly target: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Copies Node into a folder (`node`), with the loader (`loader`) and every
 * library that it is linked to, so that `loader --library-path <folder> node`
 * runs on any x86-64 kernel, whatever system is around it. Throws a CommandError.
 */
export async function copyNodeRuntime(options: NodeRuntimeOptions): Promise<void> {
  const { stdout } = await runCommand("ldd", [options.node], {
    signal: options.signal,
    timeoutMs: 30_000,
    env: options.env,
  });
  await mkdir(options.target, { recursive: true });
  await copyFile(await realpath(options.node), path.join(options.target, "node"));
  for (const library of parseLdd(stdout)) {
    await copyFile(library.file, path.join(options.target, library.name));
  }
}

export interface LinkedLibrary {
  /** The name that the program asks for; `loader` for the loader itself. */
  readonly name: string;
  /** Absolute path on this machine. */
  readonly file: string;
}

/** The files in what `ldd` prints; the kernel's own vdso is none. */
export function parseLdd(output: string): readonly LinkedLibrary[] {
  return output.split("\n").flatMap((line): LinkedLibrary[] => {
    const linked = /^\s*(\S+) => (\/\S+) \(0x/.exec(line);
    if (linked?.[1] !== undefined && linked[2] !== undefined) {
      return [{ name: linked[1], file: linked[2] }];
    }
    const loader = /^\s*(\/\S*ld-\S+) \(0x/.exec(line)?.[1];
    return loader === undefined ? [] : [{ name: "loader", file: loader }];
  });
}
