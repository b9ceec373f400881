import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";

/**
 * The folder `sandbox-engine/` that belongs to this program: the nearest one
 * with a go.mod, from `from` (default: this very file, so it is found from the
 * sources and from a bundle alike) upwards. A UserError (ISM716) when there is none.
 */
export function findEngineSource(from: string = path.dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, "sandbox-engine");
    if (existsSync(path.join(candidate, "go.mod"))) {
      return candidate;
    }
    if (folder === path.dirname(folder)) {
      throw new UserError(
        [
          engineDiagnostic(
            "ISM716",
            `No folder sandbox-engine/ was found in ${from} or above it, so it is not known what the sandbox engine is made of.`,
            "Run isthmus from its own checkout or package, with all files that belong to it.",
          ),
        ],
        exitCodes.failed,
      );
    }
  }
}
