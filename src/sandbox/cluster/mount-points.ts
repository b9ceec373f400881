/**
 * The mount points in the text of /proc/PID/mountinfo (proc_pid_mountinfo(5)),
 * in mount order. Blanks and backslashes are written there as `\\040` and `\\134`.
 */
export function parseMountPoints(mountInfo: string): readonly string[] {
  return mountInfo
    .split("\n")
    .map((line) => line.split(" ")[4])
    .filter((field) => field !== undefined)
    .map((field) =>
      field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    );
}
