import path from "node:path";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { cacheFolder } from "./cache-folder.ts";
import { computeEngineKey } from "./engine-key.ts";
import { readEngine } from "./engine-manifest.ts";
import { readPinnedFiles } from "./engine-pins.ts";
import { findEngineSource } from "./engine-source.ts";
import type { EngineParts } from "./parts.ts";

export interface EngineLocation {
  /** The folder with go.mod and the other pinned files; default: the one that belongs to this program. */
  readonly sourceDir?: string;
  /** Default: this process's environment. Only the cache folder's variables are looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Where the engine of these pins is, or will be, and its key. A UserError (ISM716) when the pins cannot be read. */
export function locateEngine(location: EngineLocation = {}): {
  readonly key: string;
  readonly dir: string;
  readonly sourceDir: string;
} {
  const sourceDir = location.sourceDir ?? findEngineSource();
  const key = computeEngineKey(readPinnedFiles(sourceDir));
  return {
    key,
    dir: path.join(cacheFolder(location.env ?? process.env), "engine", key),
    sourceDir,
  };
}

/**
 * The complete engine in the cache, or undefined when it is still to be made.
 * Only reads a few small files; starts nothing and writes nothing. Undefined
 * too when this program has no readable pins: most commands do not need the
 * engine, and `ensureEngine` tells those that do what is wrong.
 */
export function findEngine(location: EngineLocation = {}): EngineParts | undefined {
  let located: ReturnType<typeof locateEngine>;
  try {
    located = locateEngine(location);
  } catch (error) {
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
  return readEngine(located.dir, located.key);
}
