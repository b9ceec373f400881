import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { SandboxCluster } from "../../sandbox/operations/instance-record.ts";

const usualNames = ["west", "east", "north", "south"];

/**
 * The clusters that `--clusters`, `--names` and `--flat` ask for, each in a
 * region of its own name; undefined when none is given. A UserError (64) when
 * they contradict each other.
 */
export function chooseClusters(
  count: number | undefined,
  names: readonly string[],
  flat: boolean | readonly string[] = false,
): readonly SandboxCluster[] | undefined {
  if (count !== undefined && names.length > 0 && names.length !== count) {
    throw new UserError([contradiction(count, names)], exitCodes.usage);
  }
  const asked = nameClusters(count, names);
  return flat === false ? asked : makeFlat(asked ?? usualNames.slice(0, 2).map(inOwnRegion), flat);
}

function nameClusters(count: number | undefined, names: readonly string[]): readonly SandboxCluster[] | undefined {
  if (names.length > 0) {
    return names.map(inOwnRegion);
  }
  return count === undefined
    ? undefined
    : Array.from({ length: count }, (_, index) => inOwnRegion(usualNames[index] ?? `c${index + 1}`));
}

/** All of them, or those of these names; one that is flat alone reaches nobody. */
function makeFlat(clusters: readonly SandboxCluster[], flat: true | readonly string[]): readonly SandboxCluster[] {
  const names = clusters.map(({ name }) => name);
  const wanted = new Set(flat === true ? names : flat);
  if (wanted.size < 2 || (flat !== true && flat.some((name) => !names.includes(name)))) {
    throw new UserError([notFlat([...wanted], names)], exitCodes.usage);
  }
  return clusters.map((one) => (wanted.has(one.name) ? { ...one, flat: true } : one));
}

function notFlat(wanted: readonly string[], names: readonly string[]): Diagnostic {
  const unknown = wanted.filter((name) => !names.includes(name));
  return {
    ...errorOf("ISM770"),
    detail:
      unknown.length > 0
        ? `--flat names ${unknown.join(", ")}; the sandbox would have the clusters ${names.join(", ")}.`
        : `--flat routes the pods of clusters to each other, and ${wanted.join(", ")} is the only one.`,
    fix:
      names.length < 2
        ? "Ask for two clusters at least, or leave --flat out."
        : `Give --flat alone, which means all of them, or with two or more of ${names.join(", ")}: \`--flat=${names.slice(0, 2).join(",")}\`.`,
  };
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
