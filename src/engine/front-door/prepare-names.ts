import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { withDrains } from "../../core/drain/drained-mesh.ts";
import type { NamesPlan, PlannedName } from "../../core/front-door/names-plan.ts";
import { publishedNames } from "../../core/front-door/published-names.ts";
import type { WantOptions } from "../../core/front-door/want-names.ts";
import { wantNames, withdrawNames } from "../../core/front-door/want-names.ts";
import type { WantedName } from "../../core/front-door/wanted-name.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import type { Scope } from "../clusters/scope.ts";
import { isInScope } from "../clusters/scope.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { openMeshZone } from "./dns-zone.ts";
import type { Namings } from "./external-dns-namings.ts";
import { readNamings, unknownNamings } from "./external-dns-namings.ts";
import { resolveIngress } from "./ingress-addresses.ts";
import { readLackingObjects, withUnread } from "./lacking-objects.ts";
import { planNames } from "./mesh-names.ts";

/** The names of a mesh with the zone that they are written into. */
export interface PreparedNames {
  readonly zone: DnsZone;
  readonly plan: NamesPlan;
  /** The names that clusters are to record: those of the mesh file, and earlier ones that may still have records of ours. */
  readonly recorded: readonly string[];
  /** What the clusters bring to them, and which of them bring nothing. */
  readonly brought: Brought;
  /** What the names are to have. */
  readonly wanted: readonly WantedName[];
  /** The same of names that the mesh file has no more: nothing. */
  readonly former: readonly WantedName[];
  readonly warnings: readonly Diagnostic[];
}

/** What clusters say of themselves for the names. */
export type Brought = Required<
  Pick<WantOptions, "ingress" | "externalDns" | "strangers" | "addressless" | "incomplete">
>;

/** Clusters as they were opened, and those that are written for; of the others a name keeps what it has. */
export interface NamedClusters {
  readonly connections: readonly Connection[];
  readonly scope: Scope;
}

/** Says which addresses are not to be added, from what names have and would get; undefined where all may be. */
export type FirstLook = (plan: NamesPlan) => Promise<WantOptions["isDown"]>;

/** What is asked of names beside what the mesh file says. */
export interface NameWishes extends Pick<WantOptions, "adopt"> {
  /** Tells by what the names are about to have which addresses are down; they are decided anew then, by the same answers of the clusters. */
  readonly look?: FirstLook;
  /** Drains to go by in place of the recorded ones. */
  readonly drains?: readonly Drain[];
  /** What clusters lack of the names' objects an apply is about to make: nobody is left out for it. */
  readonly afterApply?: boolean;
}

/**
 * What the names of a mesh have and would become, by what the clusters have
 * now, and the names that clusters record and the mesh file has no more;
 * undefined where there are neither. A cluster whose gateway has no address is
 * left as it is: it may be about to get one. One that has no inventory of the mesh brings nothing:
 * nobody has applied the mesh there, or somebody has removed it. One that lacks objects of a name is left out of
 * it, with a warning (ISM684). Throws a UserError
 * for secrets that cannot be read (ISM639), and for nothing that a DNS server does.
 */
export async function prepareNames(
  meshFile: MeshFile,
  { connections, scope }: NamedClusters,
  options: Pick<AccessOptions, "env"> & Pick<RunOptions, "signal">,
  { drains, afterApply = false, adopt = false, look }: NameWishes = {},
): Promise<PreparedNames | undefined> {
  const mesh = drains === undefined ? withDrainsOf(meshFile, connections).mesh : withDrains(meshFile.mesh, drains);
  const left = formerNames(mesh, connections);
  if (publishedNames(mesh).length + left.length === 0) {
    return undefined;
  }
  const opened = await openMeshZone(meshFile, options);
  if (opened === undefined) {
    return undefined;
  }
  const members = connections.filter(({ cluster }) => isInScope(scope, cluster.name));
  const { warnings, namings, ...brought } = await readMembers({ mesh, file: meshFile.name }, members, {
    afterApply,
    signal: options.signal,
  });
  // What may have an owner is not taken over.
  const mayAdopt = adopt && namings.unknown.length === 0;
  const want = (isDown?: WantOptions["isDown"]): ReturnType<typeof wantNames> =>
    wantNames(mesh, { ...(adopt ? { adopt: mayAdopt } : {}), ...(isDown === undefined ? {} : { isDown }), ...brought });
  const gone = withdrawNames(mesh, left, clusterNames(mesh));
  const first = want();
  const [firstPlan, former] = await Promise.all([
    planNames(opened.zone, first, options.signal),
    planNames(opened.zone, gone, options.signal),
  ]);
  const isDown = await look?.(firstPlan);
  const wanted = isDown === undefined ? first : want(isDown);
  const plan = isDown === undefined ? firstPlan : await planNames(opened.zone, wanted, options.signal);
  const stillThere = former.names.filter(hasRecords);
  return {
    zone: opened.zone,
    brought,
    wanted: wanted.map((one) => one.wanted),
    former: gone.map((one) => one.wanted).filter(({ name }) => stillThere.some((one) => one.name === name)),
    plan: stillThere.length === 0 ? plan : { ...plan, former: stillThere },
    recorded: [...plan.names, ...stillThere].map(({ name }) => name),
    warnings: [
      ...opened.warnings,
      ...warnings,
      ...(adopt || plan.names.some(isOfNobody) ? unknownNamings(namings, adopt) : []),
    ],
  };
}

interface OfMembers extends Brought {
  readonly namings: Namings;
  readonly warnings: readonly Diagnostic[];
}

/** What the clusters bring to the names. */
async function readMembers(
  { mesh, file }: { readonly mesh: Mesh; readonly file: string },
  members: readonly Connection[],
  { afterApply, signal }: { readonly afterApply: boolean; readonly signal: AbortSignal },
): Promise<OfMembers> {
  const connected = members.filter((one) => one.kind === "connected");
  const strangers = members.filter((one) => isStranger(one, mesh.name)).map(({ cluster }) => cluster.name);
  const asked = connected.filter(({ cluster }) => !afterApply && !strangers.includes(cluster.name));
  const [ingress, namings, lacking] = await Promise.all([
    resolveIngress(addressesOf(members, mesh.name), signal),
    readNamings(members, signal),
    readLackingObjects({ mesh, file }, asked, signal),
  ]);
  return {
    ingress: withUnread(ingress.addresses, lacking),
    externalDns: namings.known,
    namings,
    strangers,
    addressless: connected
      .filter(({ facts }) => facts.ingressAddresses.length === 0)
      .map(({ cluster }) => cluster.name),
    incomplete: lacking.incomplete,
    warnings: [...ingress.warnings, ...lacking.warnings.map(({ diagnostic }) => diagnostic)],
  };
}

/** Names that clusters record and that no route asks for any more. */
export function formerNames(mesh: Mesh, connections: readonly Connection[]): readonly string[] {
  const wanted = new Set(publishedNames(mesh).map(({ name }) => name));
  const recorded = connections.flatMap((one) =>
    one.kind === "connected" ? one.facts.inventories.filter((inventory) => inventory.mesh === mesh.name) : [],
  );
  return [...new Set(recorded.flatMap(({ names = [] }) => names))].filter((name) => !wanted.has(name)).toSorted();
}

/** That nobody can take records away any more. */
export function withoutZone(mesh: Mesh, names: readonly string[]): readonly Diagnostic[] {
  return names.length === 0
    ? []
    : [
        {
          ...warningOf("ISM642"),
          detail: `${names.join(", ")} ${names.length === 1 ? "was" : "were"} published by isthmus for mesh ${mesh.name}, and the mesh file no longer says how its zone is written. The records stay as they are.`,
          fix: "Put spec.dns back for one apply with --prune, which takes them away, or delete them and the TXT records below _isthmus by hand.",
        },
      ];
}

/** Whether it may have records of ours: what is not known, and what somebody else has come into, counts as being there. */
function hasRecords(planned: PlannedName): boolean {
  return planned.kind !== "unchanged";
}

function clusterNames({ clusters }: Mesh): readonly string[] {
  return clusters.map(({ name }) => name);
}

/** Refused for what somebody else has there: an owner record under another name would explain it. */
function isOfNobody(planned: PlannedName): boolean {
  return planned.kind === "refused" && planned.diagnostics.some(({ code }) => code === "ISM635");
}

/** What the ingress Services had when the clusters were opened. */
function addressesOf(
  connections: readonly Connection[],
  mesh: string,
): Readonly<Record<string, readonly string[] | undefined>> {
  return Object.fromEntries(
    connections.map((one) => {
      const addresses = one.kind === "connected" ? one.facts.ingressAddresses : [];
      return [one.cluster.name, isStranger(one, mesh) ? [] : addresses.length > 0 ? addresses : undefined];
    }),
  );
}

/** A cluster that answers and has nothing of the mesh, whatever gateway may be there. */
function isStranger(one: Connection, mesh: string): boolean {
  return (
    one.kind === "connected" &&
    !one.facts.inventories.some((inventory) => inventory.mesh === mesh && inventory.items.length > 0)
  );
}
