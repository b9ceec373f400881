import type { Drain } from "../model/drain.ts";
import type { Cluster, Mesh, Route, Service } from "../model/mesh.ts";
import { wholePercents } from "../routing/whole-percents.ts";

/**
 * The mesh as it is while some of its services are taken out of traffic: each
 * knows where, and routes have the weights that are left when every version
 * that runs in drained clusters only has lost its share. Drains of clusters and
 * services that the mesh does not have are left out. Without any the mesh is
 * returned as it is; what is drained already stays so.
 */
export function withDrains(mesh: Mesh, drains: readonly Drain[]): Mesh {
  const known = drains.filter(
    ({ stage, cluster }) => stage !== "ended" && mesh.clusters.some(({ name }) => name === cluster),
  );
  const services = mesh.services.map((service) => {
    const own = known.filter((one) => one.service === service.name && one.namespace === service.namespace);
    return own.length === 0 ? service : drainedService(service, own);
  });
  return services.every((service, index) => service === mesh.services[index]) ? mesh : { ...mesh, services };
}

/**
 * What all clusters record, each drain once. What the last command recorded
 * counts: a cluster that was away then has an older record. Of one command the
 * furthest stage counts, and one that has not ended everywhere has not ended.
 */
export function mergeDrains(records: readonly Drain[]): readonly Drain[] {
  const merged = new Map<string, Drain>();
  for (const one of records) {
    const key = `${one.cluster}/${one.namespace}/${one.service}`;
    const known = merged.get(key);
    if (known === undefined || one.at > known.at || (one.at === known.at && stages[one.stage] > stages[known.stage])) {
      merged.set(key, one);
    }
  }
  return [...merged.values()].filter(({ stage }) => stage !== "ended");
}

/** The drains that some cluster still records, whatever the others say: what an undrain has to end. */
export function recordedDrains(records: readonly Drain[]): readonly Drain[] {
  return mergeDrains(records.filter(({ stage }) => stage !== "ended"));
}

const stages: Readonly<Record<Drain["stage"], number>> = { ended: 0, callers: 1, all: 2 };

/** Whether both are about the same service in the same cluster. */
export function isSameDrain(one: Drain, other: Drain): boolean {
  return one.cluster === other.cluster && one.namespace === other.namespace && one.service === other.service;
}

/** Whether a proxy in `cluster` has the endpoints of `service` that run in `other`, as far as drains decide. */
export function isOpenTo(service: Service, other: Pick<Cluster, "name">, cluster: Pick<Cluster, "name">): boolean {
  const drain = drainIn(service, other.name);
  return drain === undefined || (other.name === cluster.name && drain.stage === "callers");
}

/** The drain of a service in a cluster. */
export function drainIn({ drains = [] }: Service, cluster: string): Drain | undefined {
  return drains.find((one) => one.cluster === cluster);
}

/**
 * The cluster to which requests for a version go that are made where the
 * service is drained; undefined where nothing is drained, not even its own
 * callers yet, and for a version that runs in no other cluster.
 */
export function insteadOf(service: Service, cluster: string, version: string | undefined): string | undefined {
  const drain = drainIn(service, cluster);
  if (drain?.stage !== "all") {
    return undefined;
  }
  const runs = service.versions.find(({ name }) => name === version)?.clusters ?? [drain.instead];
  const open = runs.filter((name) => drainIn(service, name) === undefined);
  const chosen = [version === undefined ? undefined : drain.versions?.[version], drain.instead];
  return chosen.find((name) => name !== undefined && open.includes(name)) ?? open[0];
}

/** The versions that run in drained clusters only. */
export function lostVersions(service: Service): readonly string[] {
  return service.versions
    .filter(({ clusters }) => clusters.length > 0 && clusters.every((name) => drainIn(service, name) !== undefined))
    .map(({ name }) => name);
}

function drainedService(service: Service, drains: readonly Drain[]): Service {
  const drained = { ...service, drains };
  const lost = lostVersions(drained);
  return lost.length === 0
    ? drained
    : { ...drained, routes: service.routes.map((route) => ({ ...route, weights: weightsLeft(route, lost) })) };
}

/** In whole percent, the largest remainders first; what is left had no weight at all gets equal shares. */
function weightsLeft({ weights, redirect }: Route, lost: readonly string[]): Route["weights"] {
  const left = Object.keys(weights).filter((name) => !lost.includes(name));
  const total = left.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
  if (redirect !== undefined || left.length === 0 || total === 100) {
    return weights;
  }
  const exact = left.map((name) => (total === 0 ? 100 / left.length : ((weights[name] ?? 0) * 100) / total));
  const whole = wholePercents(exact);
  const given = new Map(left.map((name, index) => [name, whole[index] ?? 0]));
  return Object.fromEntries(Object.keys(weights).map((name) => [name, given.get(name) ?? 0]));
}
