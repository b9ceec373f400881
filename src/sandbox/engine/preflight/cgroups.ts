import { existsSync, readFileSync } from "node:fs";
import { mkdir, rmdir } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";

const cgroupRoot = "/sys/fs/cgroup";

/** Whether kubelet has its controllers and may make a cgroup (ISM706). */
export async function checkCgroups(): Promise<readonly Diagnostic[]> {
  const unified = existsSync(path.join(cgroupRoot, "cgroup.controllers"));
  const missing = missingControllers({
    unified: unified ? readFileSync(path.join(cgroupRoot, "cgroup.controllers"), "utf8") : undefined,
    mounted: (controller) => existsSync(path.join(cgroupRoot, controller)),
  });
  const fix =
    "Run on the machine itself, in a virtual machine or in a privileged container, on a kernel with the cgroup controllers cpu, memory and pids.";
  if (missing.length > 0) {
    return [
      engineDiagnostic(
        "ISM706",
        `kubelet needs the cgroup controllers ${missing.join(", ")}, which are not in ${cgroupRoot}.`,
        fix,
      ),
    ];
  }
  const trial = path.join(cgroupRoot, unified ? "" : "memory", `isthmus-preflight-${process.pid}`);
  try {
    await mkdir(trial);
    await rmdir(trial);
    return [];
  } catch (error) {
    return [
      engineDiagnostic("ISM706", `No cgroup can be made in ${path.dirname(trial)}: ${(error as Error).message}.`, fix),
    ];
  }
}

/** Which of kubelet's controllers are not there: by the list of cgroup v2, else by the mounts of v1. */
export function missingControllers(cgroups: {
  readonly unified: string | undefined;
  readonly mounted: (controller: string) => boolean;
}): readonly string[] {
  const there = cgroups.unified?.trim().split(/\s+/);
  return ["cpu", "memory", "pids"].filter(
    (controller) => !(there?.includes(controller) ?? cgroups.mounted(controller)),
  );
}
