const MiB = 1024 * 1024;

/** Below this, in bytes, a compiler has to give memory back while it works: one package of Kubernetes takes more. */
const enoughForOne = 1024 * MiB;

/**
 * The environment in which Go's compiler and linker collect no garbage until
 * each of them, as many at a time as there are cores, has its share of the
 * memory that is free (`GOGC`, `GOMEMLIMIT`: https://pkg.go.dev/runtime#hdr-Environment_Variables).
 * They live for seconds, and collecting takes a fifth of their time; what they
 * write is the same. Nothing where the share is small, or where somebody has chosen.
 */
export function goMemory(
  machine: {
    /** What is free of the machine's memory. */
    readonly freeBytes: number;
    /** What this process can still get, by its control group too (`process.availableMemory`). */
    readonly availableBytes: number;
    readonly cores: number;
  },
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  // One share is for `go` itself, which plans the whole.
  const share = Math.min(machine.freeBytes, machine.availableBytes) / (machine.cores + 1);
  return share < enoughForOne || env["GOGC"] !== undefined || env["GOMEMLIMIT"] !== undefined
    ? {}
    : { GOGC: "off", GOMEMLIMIT: `${Math.floor(share / MiB)}MiB` };
}
