import { rancherLocalTarget } from "../render/names.ts";
import type { Wave } from "../render/waves.ts";
import { waveRules, waves } from "../render/waves.ts";
import { offersLeftEndpoints } from "./left-clusters.ts";
import { planNameTasks } from "./name-tasks.ts";
import type { ClusterPlan, Plan } from "./plan.ts";
import type { PlannedTask, TaskRef } from "./task-ref.ts";
import { partOf, plannedPart } from "./task-ref.ts";

/** How the work on each wave is called in events. */
export const waveTasks: Readonly<Record<Wave, string>> = {
  projects: "foundation: Rancher projects",
  namespaces: "foundation: namespaces",
  cacerts: "trust: cacerts",
  definitions: "istio: definitions and roles",
  "control-plane": "istio: control plane",
  gateways: "istio: gateways",
  join: "join: remote secrets",
  services: "services: workloads",
  destinations: "routes: gateways and destination rules",
  routes: "routes: virtual services",
  "front-doors": "front doors: certificates and names",
};

/** What remains to be done on a cluster after its waves. */
export interface Finishing {
  /** Its proxies take what was applied; Rancher's own cluster has none. */
  readonly proves: boolean;
  readonly prunes: boolean;
  /** Everywhere it is waited for that nobody offers any more what was pruned. */
  readonly waits: boolean;
}

/** What an apply deletes in all clusters together. */
export interface Pruning {
  /** Whether it was asked for. */
  readonly prune: boolean;
  /** Some cluster has something of it that offers endpoints, which proxies everywhere know. */
  readonly waits: boolean;
}

/** What an apply of these clusters deletes. */
export function pruningOf(all: readonly ClusterPlan[], prune: boolean): Pruning {
  return { prune, waits: prune && all.some(offersLeftEndpoints) };
}

/** What remains to be done on a cluster. */
export function finishingOf(plan: ClusterPlan, { prune, waits }: Pruning): Finishing {
  return {
    proves: plan.cluster !== rancherLocalTarget,
    prunes: waits || (prune && plan.kind === "planned" && plan.prune.length > 0),
    waits,
  };
}

/** The tasks of a cluster by their parts. */
export const applyTasks = {
  inventory: (cluster: string): TaskRef => ({ id: `${cluster}/inventory`, task: "inventory" }),
  wave: (cluster: string, wave: Wave): TaskRef => ({ id: `${cluster}/${wave}`, task: waveTasks[wave] }),
  /** The objects of a wave are ready. */
  ready: (cluster: string, wave: Wave): TaskRef => partOf(applyTasks.wave(cluster, wave), "ready", "ready"),
  /** istiod reports the other clusters as synced. */
  synced: (cluster: string): TaskRef => partOf(applyTasks.wave(cluster, "join"), "synced", "clusters synced"),
  /** The ingress gateways have the endpoints of all clusters. */
  served: (cluster: string): TaskRef => partOf(applyTasks.wave(cluster, "routes"), "served", "endpoints served"),
  finish: (cluster: string, { prunes, proves }: Finishing): TaskRef => ({
    id: `${cluster}/finish`,
    task: prunes ? "prune" : proves ? "routes: proxies" : "inventory",
  }),
  proxies: (finish: TaskRef): TaskRef => partOf(finish, "proxies", "proxies up to date"),
  prune: (finish: TaskRef): TaskRef => partOf(finish, "prune", "objects deleted"),
  left: (finish: TaskRef): TaskRef => partOf(finish, "left", "endpoints gone"),
  record: (finish: TaskRef): TaskRef => partOf(finish, "inventory", "inventory written"),
} as const;

/** Every task of an apply, by cluster and in the order in which one cluster's are done. */
export function planApplyTasks(plan: Plan, { prune }: { readonly prune: boolean }): readonly PlannedTask[] {
  const planned = plan.clusters.filter((one) => one.kind === "planned");
  const pruning = pruningOf(planned, prune);
  const ofClusters = planned.flatMap((one): readonly PlannedTask[] => {
    const { cluster } = one;
    const inventory = applyTasks.inventory(cluster);
    const used = new Set(one.objects.map(({ wave }) => wave));
    const present = waves.filter((wave) => used.has(wave));
    const finishing = finishingOf(one, pruning);
    const finish = applyTasks.finish(cluster, finishing);
    const last = present.length === 0 ? [inventory.id] : present.map((wave) => `${cluster}/${wave}`);
    return [
      { ...inventory, cluster, kind: "inventory" as const, needs: [] },
      ...present.flatMap((wave) => tasksOfWave(cluster, wave, used)),
      { ...finish, cluster, kind: "finish" as const, needs: last },
      ...(finishing.proves ? [plannedPart(cluster, "wait", applyTasks.proxies(finish))] : []),
      ...(finishing.prunes ? [plannedPart(cluster, "prune", applyTasks.prune(finish))] : []),
      ...(finishing.waits ? [plannedPart(cluster, "wait", applyTasks.left(finish))] : []),
      plannedPart(cluster, "inventory", applyTasks.record(finish)),
    ];
  });
  return [...ofClusters, ...planNameTasks(plan.names, { prune })];
}

function tasksOfWave(cluster: string, wave: Wave, used: ReadonlySet<Wave>): readonly PlannedTask[] {
  const before = nearest(wave, used).map((one) => `${cluster}/${one}`);
  const needs = [
    ...(before.length === 0 ? [applyTasks.inventory(cluster).id] : before),
    ...waveRules[wave].everywhere.map((one) => `*/${one}`),
  ];
  return [
    { ...applyTasks.wave(cluster, wave), cluster, kind: "apply", needs },
    plannedPart(cluster, "wait", applyTasks.ready(cluster, wave)),
    ...(wave === "join" ? [plannedPart(cluster, "wait", applyTasks.synced(cluster))] : []),
    ...(wave === "routes" ? [plannedPart(cluster, "wait", applyTasks.served(cluster))] : []),
  ];
}

/** The waves that a wave needs, through those of which the cluster has nothing. */
function nearest(wave: Wave, used: ReadonlySet<Wave>): readonly Wave[] {
  const found = waveRules[wave].needs.flatMap((one) => (used.has(one) ? [one] : nearest(one, used)));
  return [...new Set(found)];
}
