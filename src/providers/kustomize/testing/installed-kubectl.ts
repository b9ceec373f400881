import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** The kubectl of every sandbox engine that is built on this machine, for tests with the real program. */
export function installedKubectl(): readonly string[] {
  const caches = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
  const engines = path.join(process.env["ISTHMUS_CACHE_DIR"] ?? path.join(caches, "isthmus"), "engine");
  if (!existsSync(engines)) {
    return [];
  }
  return readdirSync(engines)
    .map((key) => path.join(engines, key, "bin", "kubectl"))
    .filter((file) => existsSync(file));
}
