import { furtherLooks, keptOut, unsureNames } from "../../core/front-door/first-look.ts";
import type { NamesPlan } from "../../core/front-door/names-plan.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { askFrom } from "./ask-addresses.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { healthQuestions } from "./health-questions.ts";

/** Each look bounds its own connections. */
const looksAtOnce = 4;

/**
 * Which addresses are not to be added to names, as this machine sees them (`keptOut`), so that nobody puts an address
 * back that `dns sync --watch` has taken out. Where one request of a name hangs at a new address, that name is asked as
 * often as a watch asks before it believes that, a few looks at a time.
 * Undefined where the mesh file tests none, or all may be added.
 */
export async function firstLook(
  mesh: Mesh,
  plan: NamesPlan,
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "signal">,
): Promise<((name: string, address: string) => boolean) | undefined> {
  const settings = mesh.dns?.healthChecks;
  if (settings === undefined) {
    return undefined;
  }
  const questions = healthQuestions(mesh, (name) => addressesIn(plan, name), options);
  const look = async (some: typeof questions): ReturnType<typeof askFrom> =>
    askFrom(undefined, some, settings.timeoutSeconds * 1000, options.signal);
  const first = await look(questions);
  const unsure = unsureNames(plan, first);
  const again = questions.filter(({ name }) => unsure.includes(name));
  const limiter = createLimiter(looksAtOnce);
  const further = await Promise.all(
    Array.from({ length: again.length === 0 ? 0 : furtherLooks(settings) }, async () =>
      limiter.run(options.signal, async () => look(again)),
    ),
  );
  const kept = keptOut(plan, first, further, settings);
  return kept.length === 0
    ? undefined
    : (name, address) => kept.some((one) => one.name === name && one.address === address);
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
