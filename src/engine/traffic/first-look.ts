import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { askFrom } from "./ask-addresses.ts";
import { healthQuestions } from "./health-questions.ts";

/**
 * Which addresses are not to be added to names, by one look from this machine: those that are not in a name yet
 * and do not answer while others of it do. So nobody puts an address back that `dns sync --watch` has taken out.
 * Undefined where the mesh file tests none, or all may be added.
 */
export async function firstLook(
  mesh: Mesh,
  plan: NamesPlan,
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "signal">,
): Promise<((name: string, address: string) => boolean) | undefined> {
  if (mesh.dns?.healthChecks === undefined) {
    return undefined;
  }
  const questions = healthQuestions(mesh, (name) => addressesIn(plan, name), options);
  const sightings = await askFrom(undefined, questions, mesh.dns.healthChecks.timeoutSeconds * 1000, options.signal);
  const silent = sightings.flatMap(({ name, answered, waits = {} }) => {
    const serves = (address: string): boolean => answered[address] === true && waits[address] !== true;
    const planned = plan.names.find((one) => one.name === name);
    const there = planned !== undefined && "now" in planned ? planned.now.addresses : [];
    // A machine that reaches none of them says nothing about any.
    return Object.keys(answered).some(serves)
      ? Object.keys(answered).flatMap((address) =>
          serves(address) || there.includes(address) ? [] : [`${name} ${address}`],
        )
      : [];
  });
  return silent.length === 0 ? undefined : (name, address) => silent.includes(`${name} ${address}`);
}

/** What a name has and what it is about to get, by the clusters that bring it. */
export function addressesIn({ names }: NamesPlan, name: string): Readonly<Record<string, readonly string[]>> {
  const planned = names.find((one) => one.name === name);
  const owners =
    planned === undefined || !("now" in planned) ? [] : [planned.now, ...("after" in planned ? [planned.after] : [])];
  const found: Record<string, readonly string[]> = {};
  for (const { cluster, addresses } of owners.flatMap(({ claims }) => claims)) {
    found[cluster] = [...new Set([...(found[cluster] ?? []), ...addresses])];
  }
  return found;
}
