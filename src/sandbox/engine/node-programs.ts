import { copyFile, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { OnProgress } from "../../core/progress.ts";
import { commandFailure } from "./engine-diagnostic.ts";
import { cniPath, programPath } from "./engine-manifest.ts";
import { unpackDebianRoot } from "./debian-root.ts";
import type { EnginePins } from "./engine-pins.ts";
import type { Program } from "./parts.ts";
import { runStep } from "./run-step.ts";

/** Where Debian's packages keep the programs of a node. */
const debianPrograms = {
  containerd: "usr/bin/containerd",
  "containerd-shim-runc-v2": "usr/bin/containerd-shim-runc-v2",
  ctr: "usr/bin/ctr",
  runc: "usr/sbin/runc",
} as const satisfies Partial<Record<Program, string>>;

export interface NodeProgramsOptions {
  readonly pins: EnginePins;
  /** The engine's folder in the making. */
  readonly dir: string;
  /** A folder for what is needed meanwhile. */
  readonly workDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Puts Debian's containerd, runc and CNI plugins into the engine's folder. A UserError (ISM715). */
export async function addNodePrograms(options: NodeProgramsOptions): Promise<void> {
  const { debian } = options.pins;
  const step = {
    subject: "containerd, runc, CNI",
    task: `unpacking Debian's packages (${debian.suite})`,
    expectedSeconds: 20,
  };
  await runStep(options.onProgress, step, async () => {
    const target = path.join(options.workDir, "debian-node");
    try {
      await unpackDebianRoot({
        suite: debian.suite,
        packages: debian.nodePackages,
        target,
        temporaryDir: options.workDir,
        env: options.env,
        signal: options.signal,
      });
    } catch (error) {
      throw commandFailure(
        "ISM715",
        `Debian's packages ${debian.nodePackages.join(", ")} could not be unpacked`,
        "See what mmdebstrap said above; mostly a mirror cannot be reached. Then run the same command again.",
        error,
      );
    }
    for (const [program, file] of Object.entries(debianPrograms)) {
      await copyFile(path.join(target, file), path.join(options.dir, programPath(program as Program)));
    }
    const plugins = path.join(target, "usr/lib/cni");
    await mkdir(path.join(options.dir, cniPath));
    for (const plugin of await readdir(plugins)) {
      await copyFile(path.join(plugins, plugin), path.join(options.dir, cniPath, plugin));
    }
  });
}
