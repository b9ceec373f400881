import { Buffer } from "node:buffer";
import { access, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Code } from "../../core/diagnostics/catalogue.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { BundleFile } from "./collector.ts";

const pack = promisify(gzip);

/** A UserError (64, ISM481) when the file is there: better said before the clusters are asked than after. */
export async function refuseExisting(file: string, name: string): Promise<void> {
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there) {
    throw existing(name);
  }
}

/**
 * Writes a `.tar.gz` that only its owner can read. Never over a file that is
 * there (ISM481, 64); ISM482 (1) when it cannot be written, and then nothing
 * is left of it. The same files and time (milliseconds since the epoch) give
 * the same bytes; the files are in the order given, in a folder named `folder`.
 */
export async function writeArchive(
  file: string,
  name: string,
  contents: { readonly folder: string; readonly files: readonly BundleFile[]; readonly now: number },
): Promise<void> {
  const bytes = await packArchive(contents);
  try {
    await writeFile(file, bytes, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw existing(name, error);
    }
    // A part of an archive is worse than none. What somebody else wrote meanwhile would have been EEXIST.
    await rm(file, { force: true });
    throw refusal("ISM482", `${name} cannot be written: ${(error as Error).message}.`, exitCodes.failed, error);
  }
}

async function packArchive({
  folder,
  files,
  now,
}: {
  readonly folder: string;
  readonly files: readonly BundleFile[];
  readonly now: number;
}): Promise<Uint8Array> {
  const { packTar } = await import("modern-tar");
  // Tar counts in seconds.
  const mtime = new Date(Math.floor(now / 1000) * 1000);
  const entries = files.map(({ path, text }) => {
    const body = Buffer.from(text, "utf8");
    const header = { name: `${folder}/${path}`, size: body.length, mode: 0o600, mtime, uid: 0, gid: 0 };
    return { header, body: new Uint8Array(body) };
  });
  return pack(await packTar(entries));
}

function existing(name: string, cause?: unknown): UserError {
  return refusal("ISM481", `${name} is there already, and nothing is written over.`, exitCodes.usage, cause);
}

function refusal(
  code: Code,
  detail: string,
  exitCode: (typeof exitCodes)["failed" | "usage"],
  cause: unknown,
): UserError {
  const diagnostic: Diagnostic = {
    ...errorOf(code),
    detail,
    fix: "Name another file with --out.",
  };
  return new UserError([diagnostic], exitCode, { cause });
}
