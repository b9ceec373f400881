/** True for the system's errors of a path at which there is nothing: no such name, or a file where one of its folders should be. */
export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}
