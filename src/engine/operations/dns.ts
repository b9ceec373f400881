import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { changedNames, problemsOf } from "../../core/front-door/names-plan.ts";
import { publishedNames } from "../../core/front-door/published-names.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import type { FirstLook, PreparedNames } from "../front-door/prepare-names.ts";
import { prepareNames } from "../front-door/prepare-names.ts";
import type { NameOutcome } from "../front-door/publish-names.ts";
import { publishNames } from "../front-door/publish-names.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { EngineOptions } from "../options.ts";
import type { DnsStatus } from "../traffic/dns-status.ts";
import { askFrom } from "../traffic/ask-addresses.ts";
import { addressesIn, firstLook } from "../traffic/first-look.ts";
import { healthQuestions } from "../traffic/health-questions.ts";

export type { NameOutcome } from "../front-door/publish-names.ts";
export type { DnsStatus } from "../traffic/dns-status.ts";

/** How long an address is waited for where the mesh file does not say it. */
const patienceMs = 2000;

/**
 * What every published name has, who owns it, what a sync would change, and
 * which addresses answer. Changes nothing. A cluster or a DNS server that does not answer is a
 * value. A UserError (64, ISM644) for a mesh that has published no names itself.
 */
export async function readDnsStatus(meshFile: MeshFile, options: EngineOptions): Promise<DnsStatus> {
  return withOpenMesh(meshFile, options, async (open) => {
    const names = mustHave(
      meshFile,
      await prepareNames(meshFile, { connections: open.connections, scope: [] }, options),
    );
    const { mesh } = withDrainsOf(meshFile, open.connections);
    const questions = healthQuestions(mesh, (name) => addressesIn(names.plan, name), options);
    const timeoutMs = (mesh.dns?.healthChecks?.timeoutSeconds ?? patienceMs / 1000) * 1000;
    return {
      mesh: mesh.name,
      names: names.plan,
      sightings: await askFrom(undefined, questions, timeoutMs, options.signal),
      unreachable: unreachableOf(open.connections),
      warnings: [...meshFile.warnings, ...names.warnings, ...problemsOf(names.plan)],
    };
  });
}

/** What somebody may choose about a sync. */
export interface SyncChoices {
  /** Take over addresses that are there and of no owner. */
  readonly adopt: boolean;
  /** Take names away that the mesh file has no more. */
  readonly prune: boolean;
}

/** What a sync is about to write. */
export interface PreparedSync {
  readonly meshFile: MeshFile;
  readonly names: PreparedNames;
  readonly prune: boolean;
  /** False when there is nothing to ask anybody about. */
  readonly changes: boolean;
  readonly unreachable: readonly Diagnostic[];
  readonly warnings: readonly Diagnostic[];
}

/**
 * Plans a sync: the names as the clusters' gateways, drains and, with
 * `spec.dns.healthChecks`, a first look make them. An address that is not in a
 * name yet and does not answer from here, where others of the name do, is not
 * added by a sync. Changes nothing.
 */
export async function prepareSync(
  meshFile: MeshFile,
  { adopt, prune }: SyncChoices,
  options: EngineOptions,
): Promise<PreparedSync> {
  return withOpenMesh(meshFile, options, async (open) => {
    const named = { connections: open.connections, scope: [] };
    const { mesh } = withDrainsOf(meshFile, open.connections);
    const look: FirstLook = async (plan) => firstLook(mesh, plan, options);
    const names = mustHave(meshFile, await prepareNames(meshFile, named, options, { adopt, look }));
    return {
      meshFile,
      names,
      prune,
      changes: changedNames(names.plan, { prune }).length > 0,
      unreachable: unreachableOf(open.connections),
      warnings: [...meshFile.warnings, ...names.warnings],
    };
  });
}

/** Writes the names of a prepared sync, each a task. One that cannot be written stops no other. */
export async function carryOutSync(
  { names, prune }: PreparedSync,
  options: EngineOptions,
): Promise<readonly NameOutcome[]> {
  const { wanted, former } = names;
  return publishNames(names.zone, prune ? [...wanted, ...former] : wanted, options);
}

/** A UserError (64, ISM644) for a mesh that publishes no names itself. */
export function requireNames(meshFile: MeshFile): void {
  if (publishedNames(meshFile.mesh).length === 0) {
    throw new UserError([noNames(meshFile)], exitCodes.usage);
  }
}

/** A mesh file without names may have some that clusters still record; with neither there is nothing to speak of. */
function mustHave(meshFile: MeshFile, names: PreparedNames | undefined): PreparedNames {
  if (names === undefined) {
    throw new UserError([noNames(meshFile)], exitCodes.usage);
  }
  return names;
}

function noNames({ name }: MeshFile): Diagnostic {
  return {
    ...errorOf("ISM644"),
    detail: `No route of ${name} has dns: { via: isthmus }, and no cluster records a name that may have records still.`,
    fix: "Write it at the routes whose hosts are to be published, and spec.dns with zone and provider: isthmus explain spec.dns",
  };
}

function unreachableOf(connections: readonly Connection[]): readonly Diagnostic[] {
  return connections.flatMap((one) => (one.kind === "unreachable" ? [one.diagnostic] : []));
}
