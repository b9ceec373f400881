import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { runCommand } from "../process/run-command.ts";
import type { Layer } from "./docker-archive.ts";

export interface TarOptions {
  /** The folder whose content is packed. */
  readonly root: string;
  /** The tar file to write. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Packs a folder's content into an uncompressed tar file that is equal
 * whenever the content is: sorted, without times, all owned by root. Throws a
 * CommandError.
 */
export async function packTar(options: TarOptions): Promise<void> {
  const reproducible = ["--format=gnu", "--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  // Whatever umask this runs under, containers run as other users.
  const mode = "--mode=u+rwX,go+rX";
  await runCommand("tar", [...reproducible, mode, "-cf", options.file, "-C", options.root, "."], {
    signal: options.signal,
    timeoutMs: 300_000,
    env: { ...options.env, LC_ALL: "C" },
  });
}

/** Packs a folder's content as an image layer. Throws a CommandError. */
export async function writeLayer(options: TarOptions): Promise<Layer> {
  await packTar(options);
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(options.file, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
  }
  return { file: options.file, digest: hash.digest("hex") };
}
