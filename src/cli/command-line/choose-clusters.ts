import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { SandboxCluster } from "../../sandbox/operations/instance-record.ts";

const usualNames = ["west", "east", "north", "south"];

/**
 * The clusters that `--clusters` and `--names` ask for, each in a region of
 * its own name; undefined when neither is given. A UserError (64) when they
 * contradict each other.
 */
export function chooseClusters(
  count: number | undefined,
  names: readonly string[],
): readonly SandboxCluster[] | undefined {
  if (count !== undefined && names.length > 0 && names.length !== count) {
    throw new UserError([contradiction(count, names)], exitCodes.usage);
  }
  if (names.length > 0) {
    return names.map(inOwnRegion);
  }
  return count === undefined
    ? undefined
    : Array.from({ length: count }, (_, index) => inOwnRegion(usualNames[index] ?? `c${index + 1}`));
}

function inOwnRegion(name: string): SandboxCluster {
  return { name, region: name, zone: `${name}-a` };
}

function contradiction(count: number, names: readonly string[]): Diagnostic {
  return {
    ...errorOf("ISM052"),
    detail: `--clusters asks for ${count}, --names has ${names.length}: ${names.join(", ")}.`,
    fix: "Give one of the two.",
  };
}
