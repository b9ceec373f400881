import { setTimeout as pause } from "node:timers/promises";
import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";
import { reachedClusters } from "../../core/checks/reached.ts";
import type { CheckReport, CheckSelection } from "../../core/checks/run-checks.ts";
import { runChecks } from "../../core/checks/run-checks.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { refuseSharedClusters } from "../clusters/resolve-contexts.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import { readTokenEnds } from "../trust/token-ends.ts";
import { gatherFacts } from "../check/gather-facts.ts";
import { readFacts } from "../check/facts-file.ts";
import { readNames } from "../check/read-names.ts";
import type { EarlierLook } from "../check/earlier-look.ts";
import { nothingSeen, whatWasWell } from "../check/earlier-look.ts";
import { readDrift } from "../check/read-drift.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, PlanOptions, ProgramLookup, RunOptions } from "../options.ts";
import { runTask } from "../progress/run-task.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import { readsRemotes } from "../trust/known-credentials.ts";
import { requireClusters } from "./scope.ts";
import { isOnLocalNetwork, sandboxExtension } from "../clusters/sandbox-network.ts";

export { writeFacts } from "../check/facts-file.ts";

export interface Checked {
  readonly facts: MeshFacts;
  readonly report: CheckReport;
}

export interface CheckOptions extends RunOptions, AccessOptions, ProgramLookup, PlanOptions, CheckSelection {
  /** How long to go on until nothing is wrong any more, in milliseconds; 0 = look once. */
  readonly waitMs: number;
}

/** Pods come and go, and istiod hears of it within a second or two: what is wrong is looked at once more after this time. */
const settleMs = 3000;

/** Every so many looks nothing is taken over from the one before, so that what is reported is never older than one pause. */
const freshEvery = 2;

/**
 * Gathers the facts of all clusters and judges them. Changes nothing. What is
 * wrong has been so twice, some seconds apart, so that a pod that has just
 * started is no finding; with `waitMs` it goes on until nothing is wrong or
 * the time is over.
 */
export async function checkMesh(meshFile: MeshFile, options: CheckOptions): Promise<Checked> {
  const started = options.now();
  let earlier: EarlierLook = nothingSeen();
  for (let look = 1; ; look += 1) {
    const facts = await takeFacts(meshFile, options, { drift: !options.pre, earlier });
    const report = runChecks(facts, options);
    const waiting = options.now() - started < options.waitMs;
    const mayPass = reachedClusters(facts).length > 0 && report.causes.some((one) => !one.check.startsWith("access/"));
    if (report.ok || (!waiting && (look > 1 || !mayPass))) {
      return { facts, report };
    }
    earlier = look % freshEvery === 0 ? nothingSeen() : await whatWasWell(facts, earlier.tried);
    const [first] = report.causes;
    const task = `looking again in ${settleMs / 1000} s: ${first?.summary ?? "something is wrong"}`;
    await runTask({ cluster: first?.cluster ?? meshFile.mesh.name, task }, options, async () =>
      pause(settleMs, undefined, { signal: options.signal }),
    );
  }
}

/**
 * Judges facts that `writeFacts` has kept; no cluster is asked. A UserError
 * (64) for a file that holds none, and for a selected cluster that they lack.
 */
export async function checkKept(file: string, selection: CheckSelection): Promise<Checked> {
  const facts = await readFacts(file);
  if (selection.cluster !== undefined) {
    requireClusters(facts.mesh, [selection.cluster]);
  }
  return { facts, report: runChecks(facts, selection) };
}

/** Of so many clusters all answers are held at once; those of a larger fleet are read again, and let go of, a part at a time. */
const mostHeld = 12;

/**
 * The facts of all clusters right now; with `drift` also how their objects
 * differ from what an apply would make. What was well in an `earlier` look is not asked for again.
 */
export async function takeFacts(
  meshFile: MeshFile,
  options: RunOptions & AccessOptions & ProgramLookup & PlanOptions,
  { drift, earlier = nothingSeen() }: { readonly drift: boolean; readonly earlier?: EarlierLook } = { drift: false },
): Promise<MeshFacts> {
  return withOpenMesh(
    meshFile,
    {
      ...options,
      remotes: drift && readsRemotes(meshFile.mesh),
      rancherLocal: drift,
      installed: drift,
      tolerant: true,
      oneLook: meshFile.mesh.clusters.length <= mostHeld,
    },
    async (open) => {
      refuseSharedClusters(meshFile, open.connections);
      // Both are waited for, also when one fails: neither may go on over connections that are closed.
      const [facts, drifts] = await Promise.allSettled([
        factsThrough(meshFile, open, { ...options, tried: earlier.tried }),
        drift ? readDrift(meshFile, open, options, earlier.drifts) : new Map<string, DriftFacts>(),
      ]);
      if (facts.status === "rejected" || drifts.status === "rejected") {
        throw facts.status === "rejected" ? facts.reason : (drifts as PromiseRejectedResult).reason;
      }
      return withDrift(facts.value, drifts.value, open.connections);
    },
  );
}

function withDrift(
  facts: MeshFacts,
  drifts: ReadonlyMap<string, DriftFacts>,
  connections: readonly Connection[],
): MeshFacts {
  const blind = new Map(
    connections.flatMap((one) => {
      const why = one.kind === "connected" ? one.facts.unread?.[0]?.why : undefined;
      return why === undefined ? [] : [[one.cluster.name, why]];
    }),
  );
  return {
    ...facts,
    clusters: facts.clusters.map((one) => {
      const why = blind.get(one.cluster);
      // A plan that goes by what was not read would find everything gone.
      const drift = why === undefined ? drifts.get(one.cluster) : ({ kind: "not-judged", reason: why } as const);
      return one.kind === "reached" && drift !== undefined ? { ...one, drift } : one;
    }),
  };
}

/** The facts through connections that are open already, and stay so. */
export async function factsThrough(
  meshFile: MeshFile,
  { connections, rancher }: { readonly connections: readonly Connection[]; readonly rancher: RancherState },
  options: RunOptions & Pick<AccessOptions, "env"> & Partial<Pick<EarlierLook, "tried">>,
): Promise<MeshFacts> {
  const tokenEnds = await readTokenEnds(meshFile.mesh.name, rancher, options.signal);
  const gathering = { ...options, tokenEnds, mayTry: trialRule(connections) };
  const [facts, names] = await Promise.allSettled([
    gatherFacts(withDrainsOf(meshFile, connections), connections, gathering),
    readNames(meshFile, connections, options),
  ]);
  if (facts.status === "rejected" || names.status === "rejected") {
    throw facts.status === "rejected" ? facts.reason : (names as PromiseRejectedResult).reason;
  }
  return names.value === undefined ? facts.value : { ...facts.value, names: names.value };
}

/** In a mesh of sandbox clusters only addresses on this machine's own networks are tried: others would take the default route. */
function trialRule(connections: readonly Connection[]): (server: string) => boolean {
  const sandbox = connections.some(
    (one) => one.kind === "connected" && one.context.extensions[sandboxExtension] !== undefined,
  );
  return (server) => {
    try {
      return !sandbox || isOnLocalNetwork(new URL(server).hostname);
    } catch {
      // No URL at all: the trial says so.
      return true;
    }
  };
}
