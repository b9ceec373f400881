import path from "node:path";
import { homeFolder } from "./home-folder.ts";

/** The file or folder that a mesh file names: relative to the mesh file's `folder`, or with `~/` in the home folder, as shells read it. */
export function namedFile(
  named: string,
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string | undefined>> },
): string {
  return named.startsWith("~/") ? path.join(homeFolder(env), named.slice(2)) : path.resolve(folder, named);
}
