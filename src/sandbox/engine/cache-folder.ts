import path from "node:path";
import { homeFolder } from "../../files/home-folder.ts";

/**
 * Where things are kept that can be made again: `$ISTHMUS_CACHE_DIR`, else
 * `$XDG_CACHE_HOME/isthmus`, else `~/.cache/isthmus`. Absolute.
 */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["ISTHMUS_CACHE_DIR"];
  if (own !== undefined && own !== "") {
    return path.resolve(own);
  }
  const shared = env["XDG_CACHE_HOME"];
  const base = shared !== undefined && shared !== "" ? shared : path.join(homeFolder(env), ".cache");
  return path.resolve(base, "isthmus");
}
