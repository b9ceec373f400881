import { wantNames } from "../../core/front-door/want-names.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { ClusterRun } from "./cluster-run.ts";
import { forgetNames } from "./forget-names.ts";
import { readIngressAddresses } from "../facts/cluster-state.ts";
import { planNames } from "../front-door/mesh-names.ts";
import { resolveIngress } from "../front-door/ingress-addresses.ts";
import { readLackingObjects, withUnread } from "../front-door/lacking-objects.ts";
import type { NameOutcome } from "../front-door/publish-names.ts";
import { publishNames } from "../front-door/publish-names.ts";
import type { RunOptions } from "../options.ts";
import type { FirstLook } from "../front-door/prepare-names.ts";
import type { PreparedPlan } from "../plan/prepare-plan.ts";
import type { ClusterOutcome } from "./cluster-outcome.ts";

/**
 * Publishes the mesh's names when all clusters have ended: with the addresses of
 * those whose apply ended well and that have what the name needs (ISM684 for others), as their ingress Services have them now. What a
 * name has of any other cluster stays as it is, so that a failed apply takes
 * nobody out and lets nobody in. Undefined for a mesh that publishes no names,
 * and after an interruption. With `prune` those that the mesh file has no more are taken away.
 */
export async function publishApplied(
  { names, meshFile, connections }: PreparedPlan,
  { outcomes, runs }: { readonly outcomes: readonly ClusterOutcome[]; readonly runs: readonly ClusterRun[] },
  options: RunOptions & { readonly prune: boolean; readonly look: FirstLook },
): Promise<readonly NameOutcome[] | undefined> {
  if (names === undefined || options.signal.aborted) {
    return undefined;
  }
  const isDone = (name: string): boolean =>
    outcomes.some(({ cluster, state }) => cluster === name && (state === "applied" || state === "incomplete"));
  const done = connections.filter((one) => one.kind === "connected").filter(({ cluster }) => isDone(cluster.name));
  const services = await Promise.all(
    done.map(async (one) => [one.cluster.name, await addressesOf(one, options)] as const),
  );
  const [ingress, lacking] = await Promise.all([
    resolveIngress(Object.fromEntries(services), options.signal),
    readLackingObjects({ mesh: meshFile.mesh, file: meshFile.name }, done, options.signal),
  ]);
  const wishes = {
    ingress: withUnread(ingress.addresses, lacking),
    externalDns: names.brought.externalDns,
    incomplete: lacking.incomplete,
  };
  const isDown = await options.look(await planNames(names.zone, wantNames(meshFile.mesh, wishes), options.signal));
  const decisions = wantNames(meshFile.mesh, { ...wishes, ...(isDown === undefined ? {} : { isDown }) });
  const wanted = decisions.map((one) => one.wanted);
  const written = await publishNames(names.zone, options.prune ? [...wanted, ...names.former] : wanted, options);
  const gone = written.filter(({ name, now }) => names.former.some((one) => one.name === name) && now !== undefined);
  if (gone.length > 0) {
    const forgotten = gone.map(({ name }) => name);
    await Promise.all(
      runs
        .filter(({ one }) => isDone(one.cluster.name))
        .map(async (run) => forgetNames(run, forgotten, options.signal)),
    );
  }
  return written.map((one) => ({
    ...one,
    diagnostics: [
      ...one.diagnostics,
      ...lacking.warnings.flatMap(({ name, diagnostic }) => (name === one.name ? [diagnostic] : [])),
    ],
  }));
}

/** Of a cluster that has gone away since, nothing is known. */
async function addressesOf({ client }: Connected, { signal }: RunOptions): Promise<readonly string[] | undefined> {
  try {
    return await readIngressAddresses(client, signal);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
