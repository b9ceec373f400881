import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";

/** What follows from the machine alone: its system, its processor and who runs this. */
export function describeMachine(platform: string, arch: string, uid: number | undefined): readonly Diagnostic[] {
  if (platform !== "linux") {
    return [
      engineDiagnostic(
        "ISM701",
        `This is ${platform}. The sandbox's nodes are namespaces and cgroups of a Linux kernel.`,
        "Run the sandbox in a Linux virtual machine, as root. Every other command works here.",
      ),
    ];
  }
  const processor = engineDiagnostic(
    "ISM702",
    `This is ${arch} Linux. Envoy's binary is taken from a package that is made for x86-64 only.`,
    "Run the sandbox on an x86-64 machine or virtual machine. Every other command works here.",
  );
  const root = engineDiagnostic(
    "ISM703",
    `The sandbox makes network interfaces, mounts and cgroups, which only root may; this runs as user ${uid ?? "unknown"}.`,
    "Run the same command as root: sudo -E isthmus sandbox up",
  );
  return [...(arch === "x64" ? [] : [processor]), ...(uid === 0 ? [] : [root])];
}
