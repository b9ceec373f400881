import path from "node:path";
import { homeFolder } from "../files/home-folder.ts";

/**
 * Where the roots of meshes are kept: `$ISTHMUS_DATA_DIR`, else
 * `$XDG_DATA_HOME/isthmus`, else `~/.local/share/isthmus`.
 */
export function dataFolder(env: Readonly<Record<string, string | undefined>>): string {
  const own = env["ISTHMUS_DATA_DIR"];
  if (own !== undefined && own !== "") {
    return own;
  }
  const shared = env["XDG_DATA_HOME"];
  const base = shared !== undefined && shared !== "" ? shared : path.join(homeFolder(env), ".local", "share");
  return path.join(base, "isthmus");
}
