import { stat, statfs } from "node:fs/promises";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";
import { existingParent, explainFolder } from "./folders.ts";

const gigabyte = 1_000_000_000;
/** Sources 2 GB, compiler's cache 5 GB, engine 2 GB, work 3 GB, and room for the clusters. */
const bytesToMake = 15 * gigabyte;
/** What the clusters write. */
const bytesToRun = 4 * gigabyte;

/** Whether there is room to make the engine, where it is not `cached`, and for the clusters (ISM707). */
export async function checkDisk(folders: {
  readonly cacheDir: string;
  readonly stateDir: string;
  readonly cached: boolean;
}): Promise<readonly Diagnostic[]> {
  const wanted = [
    {
      folder: existingParent(folders.cacheDir),
      bytes: folders.cached ? 0 : bytesToMake,
      purpose: "making the sandbox engine",
    },
    {
      folder: existingParent(folders.stateDir),
      bytes: bytesToRun,
      purpose: "running the sandbox's clusters",
    },
  ];
  // Below a file, and in a file system without room for anything, checkFolders says what is wrong.
  const writable = await Promise.all(wanted.map(async ({ folder }) => (await explainFolder(folder)) === undefined));
  const measured = await Promise.all(
    wanted
      .filter((_, index) => writable[index])
      .map(async (one) => {
        const { bavail, bsize } = await statfs(one.folder);
        return { ...one, free: bavail * bsize, device: (await stat(one.folder)).dev };
      }),
  );
  const lacking = lackingDisks(measured);
  return lacking.map((one) =>
    engineDiagnostic(
      "ISM707",
      `${one.folder} has ${formatGigabytes(one.free)} GB free; ${one.purpose} needs ${formatGigabytes(one.bytes)} GB.`,
      "Free disk space, or put the cache on a larger disk with ISTHMUS_CACHE_DIR.",
    ),
  );
}

export interface DiskNeed {
  readonly folder: string;
  readonly purpose: string;
  /** Needed. */
  readonly bytes: number;
  readonly free: number;
  readonly device: number;
}

/** The needs that are not met. Of several on one disk the largest counts: making leaves room for running. */
export function lackingDisks(needs: readonly DiskNeed[]): readonly DiskNeed[] {
  const largest = needs.filter((one) => !needs.some((other) => other.device === one.device && other.bytes > one.bytes));
  return largest.filter((one) => one.free < one.bytes);
}

function formatGigabytes(bytes: number): string {
  return (bytes / gigabyte).toFixed(bytes < 10 * gigabyte ? 1 : 0);
}
