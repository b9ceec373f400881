import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { coded, errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DrainDecision } from "../../core/drain/decide-drain.ts";
import { decideDrain, decideUndrain } from "../../core/drain/decide-drain.ts";
import { mergeDrains, recordedDrains } from "../../core/drain/drained-mesh.ts";
import type { DrainAction, DrainSteps } from "../../core/drain/drain-steps.ts";
import { planDrainSteps } from "../../core/drain/drain-steps.ts";
import { changedNames } from "../../core/front-door/names-plan.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { Cluster, Mesh, Service } from "../../core/model/mesh.ts";
import { clusterNamed } from "../../core/model/mesh.ts";
import { planDrainTasks } from "../../core/plan/drain-tasks.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { recordsOf } from "../clusters/drained-mesh.ts";
import { closeMesh, openMesh } from "../clusters/open-mesh.ts";
import type { DrainPlan } from "../events.ts";
import type { FirstLook, PreparedNames } from "../front-door/prepare-names.ts";
import { prepareNames } from "../front-door/prepare-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import { readDrainFacts } from "../traffic/drain-facts.ts";
import type { DrainNames } from "../traffic/drain-names.ts";
import type { DrainTarget } from "../traffic/drain-target.ts";
import { firstLook } from "../traffic/first-look.ts";
import { askForDrain } from "../traffic/drain-target.ts";
import { requireClusters } from "./scope.ts";

export type { DrainChange, DrainTarget } from "../traffic/drain-target.ts";
export type { DrainOutcome } from "../traffic/carry-out-drain.ts";
export { carryOutDrain } from "../traffic/carry-out-drain.ts";

/** What is to leave traffic, or to come back. */
export interface DrainRequest {
  readonly action: DrainAction;
  readonly cluster: string;
  /** `NAME` or `NAMESPACE/NAME` of the mesh file; empty = all of them. */
  readonly services: readonly string[];
  /** Go on where requests would be lost, or nobody can tell. */
  readonly force: boolean;
}

/** A drain that every reachable cluster has agreed to. Connections are open until `close`. */
export interface PreparedDrain {
  readonly plan: DrainPlan;
  readonly steps: DrainSteps;
  readonly targets: readonly DrainTarget[];
  readonly force: boolean;
  /** The drains of the command, at the stage that they end with. */
  readonly drains: readonly Drain[];
  /** What becomes of the published names; undefined for a mesh that publishes none. */
  readonly names: DrainNames | undefined;
  /** False when there is nothing to ask anybody about. */
  readonly changes: boolean;
  readonly warnings: readonly Diagnostic[];
  readonly close: () => Promise<void>;
}

/**
 * Decides what leaves traffic and where it goes, and asks every cluster by
 * dry-run whether it would take that. Changes nothing. Throws a UserError where
 * requests would be lost (ISM602 to ISM604, not with `force`), for names that
 * the mesh file does not have (64), and where a reachable cluster refuses. A
 * cluster that does not answer is a value; only where it would have to do the
 * first step is that a refusal (ISM605).
 */
export async function prepareDrain(
  meshFile: MeshFile,
  request: DrainRequest,
  options: EngineOptions,
): Promise<PreparedDrain> {
  const { mesh } = meshFile;
  requireClusters(mesh, [request.cluster]);
  const asked = servicesOf(mesh, request.services);
  const open = await openMesh(meshFile, options);
  try {
    const connected = open.connections.filter((one) => one.kind === "connected");
    const unreachable = open.connections.filter((one) => one.kind === "unreachable");
    if (connected.length === 0) {
      throw new UserError(
        unreachable.map(({ diagnostic }) => diagnostic),
        exitCodes.unreachable,
      );
    }
    const records = recordsOf(mesh.name, connected);
    // What one cluster still records has to be ended there, also where the others have forgotten it.
    const before = request.action === "drain" ? mergeDrains(records) : recordedDrains(records);
    const facts = await readDrainFacts(asked, request.cluster, connected, options.signal);
    const cluster = clusterNamed(mesh, request.cluster);
    const question = { mesh, cluster, before, force: request.force, now: new Date(options.now()).toISOString() };
    const decided = request.action === "drain" ? decideDrain(question, facts) : decideUndrain(question, facts);
    refuse([...refusedNetworks(mesh, cluster), ...decided.refusals]);
    const about = { action: request.action, cluster: cluster.name, services: decided.services };
    const steps = planDrainSteps(mesh, about, { before, after: decided.drains });
    const refusals: Diagnostic[] = [];
    const scope = { mesh: mesh.name, refusals, forceConflicts: options.forceConflicts, signal: options.signal };
    const targets = await askAll(open.connections, steps, scope);
    const untold = notTold(
      request,
      targets.flatMap((one) => (one.kind === "unreachable" ? [one.cluster] : [])),
    );
    refuse([...refusals, ...untold.refusals]);
    const named = { connections: open.connections, scope: [] };
    const look: FirstLook = async (plan) => firstLook(mesh, plan, options);
    const names = await prepareNames(meshFile, named, options, { drains: decided.drains, look });
    const warnings = [...meshFile.warnings, ...decided.warnings, ...untold.warnings, ...(names?.warnings ?? [])];
    return prepared(
      { request, mesh, before, decided, steps, targets, names },
      { warnings, close: async () => closeMesh(open) },
    );
  } catch (error) {
    await closeMesh(open);
    throw error;
  }
}

async function askAll(
  connections: readonly Connection[],
  steps: DrainSteps,
  scope: Parameters<typeof askForDrain>[2],
): Promise<readonly DrainTarget[]> {
  return Promise.all(
    connections.map(async (one): Promise<DrainTarget> =>
      one.kind === "connected"
        ? askForDrain(one, steps, scope)
        : { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic },
    ),
  );
}

function prepared(
  parts: {
    readonly request: DrainRequest;
    readonly mesh: Mesh;
    readonly before: readonly Drain[];
    readonly decided: DrainDecision;
    readonly steps: DrainSteps;
    readonly targets: readonly DrainTarget[];
    readonly names: PreparedNames | undefined;
  },
  rest: Pick<PreparedDrain, "warnings" | "close">,
): PreparedDrain {
  const { request, mesh, before, decided, steps, targets, names } = parts;
  const isAbout = (one: Drain): boolean =>
    one.cluster === request.cluster &&
    decided.services.some(({ name, namespace }) => name === one.service && namespace === one.namespace);
  const drains = decided.drains.filter((one) => one.stage !== "ended" && isAbout(one));
  const changed = targets.some(
    (one) => one.kind === "ready" && one.changes.some(({ action }) => action !== "unchanged"),
  );
  // One that stands half done has steps to do even where every object is there.
  const half = request.action === "undrain" ? before.some(isAbout) : drains.some(({ stage }) => stage === "callers");
  return {
    plan: {
      ...planOf(request, mesh, { drains, decided, steps, targets }),
      ...(names === undefined ? {} : { names: names.plan }),
    },
    names,
    steps,
    targets,
    force: request.force,
    drains,
    changes: decided.services.length > 0 && (changed || half || changedNames(names?.plan, { prune: false }).length > 0),
    ...rest,
  };
}

function planOf(
  { action, cluster }: DrainRequest,
  mesh: Mesh,
  {
    drains,
    decided,
    steps,
    targets,
  }: {
    readonly drains: readonly Drain[];
    readonly decided: DrainDecision;
    readonly steps: DrainSteps;
    readonly targets: readonly DrainTarget[];
  },
): DrainPlan {
  const clusters = targets.flatMap((one) => (one.kind === "ready" ? [one.cluster] : []));
  const about = { action, drained: cluster, clusters, steps: steps.steps };
  return {
    action,
    mesh: mesh.name,
    cluster,
    services: decided.services.map(({ namespace, name }) => {
      const drain = drains.find((one) => one.service === name && one.namespace === namespace);
      return { namespace, name, ...(drain === undefined ? {} : { instead: drain.instead }) };
    }),
    clusters: targets.map((one) =>
      one.kind === "unreachable"
        ? one
        : {
            kind: "planned",
            cluster: one.cluster,
            objects: one.changes.flatMap(({ action: change, id, fields }) =>
              change === "unchanged" ? [] : [{ action: change, id, fields }],
            ),
            tasks: planDrainTasks(one.cluster, about),
          },
    ),
  };
}

function servicesOf({ services, name: mesh }: Mesh, names: readonly string[]): readonly Service[] {
  const isNamed = (name: string, service: Service): boolean =>
    name === service.name || name === `${service.namespace}/${service.name}`;
  const unknown = names.filter((name) => services.filter((service) => isNamed(name, service)).length !== 1);
  if (unknown.length > 0) {
    throw new UserError(
      unknown.map((name) => ({
        ...errorOf("ISM600"),
        detail: `${name} names ${services.some((service) => isNamed(name, service)) ? "several services" : "no service"} of mesh ${mesh}, which has ${services.map((one) => `${one.namespace}/${one.name}`).join(", ") || "none"}.`,
        fix: "Name a service as NAMESPACE/NAME.",
      })),
      exitCodes.usage,
    );
  }
  return names.length === 0 ? services : services.filter((service) => names.some((name) => isNamed(name, service)));
}

/** Callers in the same network reach the pods directly, where nothing of this leads them elsewhere. */
function refusedNetworks({ clusters }: Mesh, { name, network }: Cluster): readonly Diagnostic[] {
  const beside = clusters.filter((one) => one.network === network && one.name !== name);
  return beside.length === 0
    ? []
    : [
        {
          ...errorOf("ISM601"),
          detail: `${name} shares network ${network} with ${beside.map((one) => one.name).join(", ")}, whose callers reach its pods directly. No cluster was changed.`,
          fix: "This version cannot drain it. Scale the Deployments there to 0 instead, or cordon and drain its nodes.",
          cluster: name,
        },
      ];
}

/** The drained cluster has the last step of a drain and the first of an undrain. */
function notTold(
  { action, cluster, force }: DrainRequest,
  unreachable: readonly string[],
): { readonly refusals: readonly Diagnostic[]; readonly warnings: readonly Diagnostic[] } {
  const others = unreachable.filter((name) => name !== cluster);
  const own = unreachable.includes(cluster);
  const said: Diagnostic[] = [];
  if (own && action === "undrain") {
    const severity = force ? "warning" : "error";
    said.push({
      ...coded("ISM605", severity),
      detail: `${cluster} does not answer. Its own callers have to come back before those of other clusters: until then its gateway serves nobody from outside, and requests would fail.`,
      fix: "Run isthmus undrain again when it answers. With --force the other clusters send requests to it all the same.",
      cluster,
    });
  } else if (own) {
    said.push({
      ...coded("ISM605", "warning"),
      detail: `${cluster} does not answer. Callers of the other clusters leave it; its own, and what comes in by its own ingress, go on being answered there.`,
      fix: `Run the same command again when it answers.`,
      cluster,
    });
  }
  if (others.length > 0) {
    said.push({
      ...coded("ISM605", "warning"),
      detail:
        action === "drain"
          ? `${others.join(", ")} ${others.length === 1 ? "does" : "do"} not answer: callers there were not told and go on asking ${cluster}.${force ? " Requests of theirs for a version fail once the last step is done." : ` So the callers of ${cluster} itself stay too.`}`
          : `${others.join(", ")} ${others.length === 1 ? "does" : "do"} not answer: callers there do not come back to ${cluster} yet.`,
      fix: "Run the same command again when they answer.",
    });
  }
  return {
    refusals: said.filter(({ severity }) => severity === "error"),
    warnings: said.filter(({ severity }) => severity === "warning"),
  };
}

function refuse(problems: readonly Diagnostic[]): void {
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.failed);
  }
}
