import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of examples that belongs to this program: beside `dist` in a package, at the root of a checkout. */
export function examplesFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(folder, "examples");
    if (existsSync(path.join(candidate, "sandbox.yaml"))) {
      return candidate;
    }
    const parent = path.dirname(folder);
    if (parent === folder) {
      throw new Error("the program's examples are missing");
    }
    folder = parent;
  }
}
