import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Files that are part of the repository or about to be, relative to its root, sorted; `under` is a folder or a file. */
export function listFiles(under = "."): readonly string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", under],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 16 * 1024 * 1024,
    },
  );
  const deleted = new Set(
    execFileSync("git", ["ls-files", "--deleted", under], { cwd: root, encoding: "utf8" }).split("\n"),
  );
  return listed
    .split("\n")
    .filter((file) => file !== "" && !deleted.has(file))
    .toSorted();
}

/** The text of a file of the repository. */
export function readText(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}
