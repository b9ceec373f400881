import type { AskedRoutes } from "../../core/checks/route-table.ts";
import { askHeld } from "../../core/checks/http-route-table.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { describeNowhere } from "../../core/advice/routes-nowhere.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Cluster, Mesh, Route, Service } from "../../core/model/mesh.ts";
import { lostVersions } from "../../core/drain/drained-mesh.ts";
import { forcesConflicts } from "../../core/plan/force-conflicts.ts";
import { renderHostRoutes } from "../../core/render/host-routes.ts";
import { withMeshLabel } from "../../core/render/place-objects.ts";
import { renderRoute } from "../../core/render/gateway-route.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { referenceOf } from "../../kube/object-reference.ts";
import { holdLeases } from "../apply/lease/hold-leases.ts";
import { secureRoutes } from "../apply/waits/until-certified.ts";
import type { Unreachable } from "../clusters/connect-clusters.ts";
import type { OpenClients } from "../clusters/open-clients.ts";
import { openClients } from "../clusters/open-clients.ts";
import type { MeshFile } from "../mesh-file.ts";
import { readMeshText } from "../mesh-file.ts";
import type { AccessOptions, PlanOptions, RunOptions } from "../options.ts";
import { refuseUnknownKinds } from "../plan/preflight/force-conflicts-kinds.ts";
import { findDrainedVersions, withDrainedTarget } from "../traffic/drained-target.ts";
import type { ServingReads } from "../traffic/find-unserved.ts";
import { findUnserved, readServing } from "../traffic/find-unserved.ts";
import type { FirstReads, PreparedShift, ShiftTarget } from "../traffic/shift-target.ts";
import { askCluster, readFirst } from "../traffic/shift-target.ts";
import type { ShiftOptions, ShiftOutcome } from "../traffic/write-weights.ts";
import { proveWeightsTaken, writeWeights } from "../traffic/write-weights.ts";
import { isRouteAt, meshAt, routesNowhere } from "../../core/routing/routes-at.ts";
import { usesGatewayApi } from "../../core/routing/version-service.ts";

export type { PreparedShift, ShiftTarget } from "../traffic/shift-target.ts";
export type { ShiftOptions, ShiftOutcome } from "../traffic/write-weights.ts";

type PrepareOptions = RunOptions &
  AccessOptions &
  Pick<PlanOptions, "forceConflicts"> & { readonly raised: readonly string[]; readonly partial: boolean };

/**
 * Asks every cluster by dry-run whether it would take the new weights. Only
 * the route's VirtualService or HTTPRoute is looked at: a shift is fast and moves nothing
 * else. Throws a UserError when a cluster refuses, does not have
 * the route, or does not answer (69, ISM880; left out with `partial`), so that a shift happens on all of them or on none; also when the
 * route is in no cluster of the mesh file (ISM587), and when a version of `raised`, which is to get more requests than before, has no
 * endpoint at an ingress, or no ready pod anywhere: its requests would fail.
 * What is drained stays so: a version that runs in drained clusters only gets nothing, and one of `raised` is refused (ISM613).
 */
export async function prepareShift(
  meshFile: MeshFile,
  asked: { readonly service: Service; readonly route: Route },
  { raised, ...options }: PrepareOptions,
): Promise<PreparedShift> {
  const kind = usesGatewayApi(asked.service) ? "HTTPRoute" : "VirtualService";
  refuseUnknownKinds(options.forceConflicts, new Set([kind]));
  refuseNowhere(meshFile.mesh, asked);
  const { clients, unreachable, close } = await openClients(meshFile, options);
  const refusals: Diagnostic[] = [];
  try {
    const reading = readAll(meshFile.mesh, asked, clients, { ...options, raised });
    const { mesh, target } = await withDrainedTarget(meshFile.mesh, asked, clients, options);
    const drained = findDrainedVersions(asked, target, { raised, file: meshFile.name });
    const [answers, unserved] = await Promise.all([
      Promise.all(
        reading.first.map(async ({ one, client, ...first }) =>
          askCluster(one, client, routeIn(mesh, one.cluster, target), {
            ...options,
            mesh: mesh.name,
            first,
            refusals,
            force: forcesConflicts(options.forceConflicts, kind),
          }),
        ),
      ),
      reading.serving.then(async (serving) =>
        findUnserved({ mesh, ...target, raised: withoutDrained(raised, target) }, serving, clients, options),
      ),
    ]);
    const targets = [
      ...answers,
      ...unreachable.filter((one) => isRouteAt(mesh, target, one.cluster)).map(unreachableTarget),
    ];
    const said = [...(refusals.length > 0 ? [] : ofReady(answers, unserved)), ...drained];
    refuseShift(targets, [...refusals, ...said.filter((one) => one.severity === "error")], options);
    return {
      ...askedOf(mesh, target, clients),
      targets,
      warnings: said.filter((one) => one.severity === "warning"),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What is said of the mesh, and of clusters that would take the route. */
function ofReady(answers: readonly ShiftTarget[], said: readonly Diagnostic[]): readonly Diagnostic[] {
  const ready = new Set(answers.flatMap((one) => (one.kind === "ready" ? [one.cluster] : [])));
  return said.filter(({ cluster }) => cluster === undefined || ready.has(cluster));
}

/** Begins to read what does not depend on what is drained, beside the records of that. */
function readAll(
  mesh: Mesh,
  asked: Shifted,
  clients: OpenClients["clients"],
  options: Pick<RunOptions, "signal" | "clusterTimeoutMs"> & { readonly raised: readonly string[] },
): {
  readonly first: readonly (OpenClients["clients"][number] & FirstReads)[];
  readonly serving: Promise<ServingReads>;
} {
  const there = clients.filter(({ one }) => isRouteAt(mesh, asked, one.cluster));
  const first = there.map(({ one, client }) => {
    const route = referenceOf(routeIn(mesh, one.cluster, asked));
    return { one, client, ...readFirst(one, client, { route, mesh: mesh.name }, options) };
  });
  const nothing = { endpoints: new Map(), ingress: new Map() };
  const serving =
    options.raised.length === 0 ? Promise.resolve(nothing) : readServing({ mesh, ...asked }, clients, options);
  // Told to whoever waits for it.
  serving.catch(() => {});
  return { first, serving };
}

/** What a drained version lacks is said by itself. */
function withoutDrained(raised: readonly string[], { service }: Shifted): readonly string[] {
  const lost = lostVersions(service);
  return raised.filter((version) => !lost.includes(version));
}

/** What a shift asks of the gateways. */
function askedOf(
  mesh: Mesh,
  target: Shifted,
  clients: OpenClients["clients"],
): Pick<PreparedShift, "mesh" | "istio" | "asked" | "secure"> {
  return {
    mesh: mesh.name,
    istio: mesh.istio,
    asked: Object.fromEntries(
      clients.map(({ one: { cluster } }) => [cluster.name, whatIsAsked(mesh, cluster, target)]),
    ),
    secure: secureRoutes([{ ...target.service, routes: [target.route] }]),
  };
}

function refuseNowhere(mesh: Mesh, { service, route }: Shifted): void {
  const nowhere = routesNowhere(mesh).filter((one) => one.service === service && one.route === route);
  if (nowhere.length > 0) {
    throw new UserError(
      nowhere.map((one) => ({
        ...describeNowhere(one),
        severity: "error" as const,
        fix: `Shift the weights of what takes its requests: --route ${one.instead[0]?.route.name ?? ""}.`,
      })),
      exitCodes.failed,
    );
  }
}

function unreachableTarget(one: Unreachable): ShiftTarget {
  return { kind: "unreachable", cluster: one.cluster.name, diagnostic: one.diagnostic };
}

/** Throws where a cluster or a version is a reason against the shift, where no cluster answers, and without `partial` where one does not. */
function refuseShift(
  targets: readonly ShiftTarget[],
  refusals: readonly Diagnostic[],
  { partial }: { readonly partial: boolean },
): void {
  if (refusals.length > 0) {
    throw new UserError(refusals, exitCodes.failed);
  }
  const away = targets.filter((one) => one.kind === "unreachable");
  const unreachable = away.map(({ diagnostic }) => diagnostic);
  if (away.length === targets.length) {
    throw new UserError(unreachable, exitCodes.unreachable);
  }
  if (away.length > 0 && !partial) {
    const names = away.map(({ cluster }) => cluster).join(" and ");
    const allOrNone = {
      ...errorOf("ISM880"),
      detail: `${names} could not be asked, and a shift changes all clusters that have the route or none of them: two splits of one route are two truths. Nothing was changed.`,
      fix: "Shift again when the cluster answers, or shift the others alone: the same command with --partial. The next apply brings the weights to the rest.",
    };
    throw new UserError([...unreachable, allOrNone], exitCodes.unreachable);
  }
}

interface Shifted {
  readonly service: Service;
  readonly route: Route;
}

/** The route as this cluster has it: with hosts of its own, or without where other routes share them there. */
function routeIn(mesh: Mesh, cluster: Cluster, { service, route }: Shifted): KubeObject {
  return withMeshLabel(mesh, renderRoute(meshAt(mesh, cluster), service, route));
}

/** The route as gateways of a cluster hold it: a host with several routes marks them all as its own. */
function whatIsAsked(mesh: Mesh, cluster: Cluster, shifted: Shifted): readonly AskedRoutes[] {
  const here = meshAt(mesh, cluster);
  const routes = here.services.flatMap((service) => service.routes.map((route) => renderRoute(here, service, route)));
  return askHeld([...renderHostRoutes(here), ...routes], routeIn(mesh, cluster, shifted));
}

/**
 * Holds the mesh's Leases, calls `first` (which replaces the mesh file), then
 * writes the new weights to every cluster at the same moment, and waits until
 * the ingress gateways of each obey them. Never rejects for one cluster's sake; a UserError before anything is changed when somebody
 * else works on the mesh (75, ISM308), or when a cluster that answers does not
 * give its Lease.
 */
export async function carryOutShift(
  prepared: PreparedShift,
  first: () => Promise<void>,
  options: ShiftOptions,
): Promise<readonly ShiftOutcome[]> {
  const ready = prepared.targets.filter((one) => one.kind === "ready");
  const leases = await holdLeases(prepared.mesh, "shift", ready, options);
  let written: readonly ShiftOutcome[];
  try {
    if (leases.failed.size > 0) {
      throw new UserError([...leases.failed.values()].flat(), exitCodes.failed);
    }
    await first();
    written = await writeWeights(prepared, leases, options);
  } finally {
    await leases.release();
  }
  return Promise.all(written.map(async (outcome) => proveWeightsTaken(prepared, outcome, options)));
}

/**
 * Replaces the mesh file whole or not at all; it keeps its owner and
 * permissions. A UserError (75, ISM309) when its text is not `before` any
 * more: what somebody has written since is theirs.
 */
export async function replaceMeshFile({ path, name }: MeshFile, before: string, text: string): Promise<void> {
  if ((await readMeshText(path, name)) !== before) {
    const detail = `${name} was changed by somebody while this shift was under way. The weights were not written, neither to it nor to a cluster.`;
    const fix = "Look at what it says now, and run the shift again.";
    throw new UserError([{ ...errorOf("ISM309"), detail, fix }], exitCodes.tryAgain);
  }
  await replaceFile(path, text, { mode: 0o644, keepAccess: true });
}
