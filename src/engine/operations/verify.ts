import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { describeNowhere } from "../../core/advice/routes-nowhere.ts";
import type { Finding } from "../../core/checks/check.ts";
import { closedToProofs } from "../../core/checks/policies/closed.ts";
import { networkPolicies } from "../../core/checks/policies/network-policies.ts";
import { callers } from "../../core/checks/routes/callers.ts";
import { filters } from "../../core/checks/routes/filters.ts";
import {
  blameClosedProofs,
  blamePolicies,
  blameProxies,
  failedOnTheWay,
  isUnasked,
} from "../../core/decide/blame-policies.ts";
import type { RouteProof } from "../../core/decide/proof.ts";
import type { Mesh, Route, Service } from "../../core/model/mesh.ts";
import { isRouteAt, routesNowhere } from "../../core/routing/routes-at.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { refuseSharedClusters } from "../clusters/resolve-contexts.ts";
import { withDrainsOf } from "../clusters/drained-mesh.ts";
import type { OpenMesh } from "../clusters/open-mesh.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import { factsThrough } from "./check.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AskedPod } from "../traffic/asked-pods.ts";
import { findAskedPods } from "../traffic/asked-pods.ts";
import { startProbeContainers } from "../traffic/probe-containers.ts";
import { startProbePods } from "../traffic/probe-pods.ts";
import { proveRoute, waysOf } from "../traffic/prove-route.ts";
import type { UnreadCluster } from "../traffic/unread-clusters.ts";
import { readWhereItAnswers } from "../traffic/unread-clusters.ts";
import type { Verification, VerifyOptions } from "../traffic/verification.ts";

export type { Verification, VerifyOptions, VerifyTarget } from "../traffic/verification.ts";
export { significance } from "../traffic/judge-split.ts";

/**
 * Proves the mesh by what its proxies know and by real requests to them:
 * endpoints of every service against what the clusters really run, and for
 * every route the measured split against the asked one. Requests go to the
 * ingress gateways; what only callers inside the mesh reach is asked by a probe
 * pod in each cluster and namespace, which is deleted whatever becomes of the
 * run (none with `probePod` false). With `from` only what callers inside reach is
 * proven, from that pod: by an ephemeral container in it. What cannot be asked is named as not proven.
 * A cluster that does not answer is named and the others are proven all the same.
 */
export async function verifyMesh(asked: MeshFile, options: VerifyOptions): Promise<Verification> {
  return withOpenMesh(asked, options, async (open) => {
    const { connections } = open;
    const meshFile = withDrainsOf(asked, connections);
    refuseSharedClusters(meshFile, connections);
    const connected = connections.filter((one) => one.kind === "connected");
    const dead = connections.flatMap((one) =>
      one.kind === "unreachable" ? [{ cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
    );
    const { from } = options;
    const callers =
      from === undefined ? undefined : await findAskedPods(from, { connected, unreachable: dead }, options);
    const { proofs, left, unread } = await proveAll(meshFile, { connected, callers: callers?.pods }, options);
    const all = [...(callers?.unread ?? []), ...unread];
    const unreachable = onePerCluster([...dead, ...all.filter(({ kind }) => kind === "silent")]);
    const refused = all.filter(({ kind }) => kind === "refused").map(({ diagnostic }) => diagnostic);
    const explained = await explainFailures(meshFile, open, proofs, options);
    const unproven = [...nowhereOf(meshFile.mesh, options), ...refused];
    return summarize(explained, unreachable, { left, unproven, nothing: nothingToProve(callers?.pods) });
  });
}

interface Proven {
  readonly proofs: readonly RouteProof[];
  /** What is said of probe pods that were not deleted. */
  readonly left: readonly Diagnostic[];
  /** Clusters of which it could not be read what they run. */
  readonly unread: readonly UnreadCluster[];
}

/** Where is asked from: `callers` are pods of somebody's, undefined where none was named. */
interface Places {
  readonly connected: readonly Connected[];
  readonly callers: readonly AskedPod[] | undefined;
}

async function proveAll(meshFile: MeshFile, { connected, callers }: Places, options: VerifyOptions): Promise<Proven> {
  const asked = meshFile.mesh.services
    .filter((one) => isAsked(one, options))
    .map((service) => ({ service, routes: routesOf(service, options) }))
    .filter(({ routes }) => routes.length > 0);
  const { from } = options;
  const inside = asked.filter(
    ({ routes }) => options.probePod && routes.some((route) => waysOf(route).includes("mesh")),
  );
  const services = inside.map(({ service }) => service);
  const pods =
    callers === undefined
      ? startProbePods(meshFile, connected, services, options)
      : startProbeContainers(callers, services, options);
  const places = callers?.map(({ one }) => one) ?? connected;
  const named = from === undefined ? {} : { from: `${from.namespace}/${from.name}` };
  let left: readonly Diagnostic[] = [];
  const proofs: RouteProof[] = [];
  const unreadOf: UnreadCluster[] = [];
  const answers = ({ cluster }: Connected): boolean =>
    !unreadOf.some((one) => one.kind === "silent" && one.cluster === cluster.name);
  try {
    for (const { service, routes } of asked) {
      const { actual, unread } = await readWhereItAnswers(connected.filter(answers), service, options.signal);
      unreadOf.push(...unread);
      for (const route of routes) {
        const ofRoute = await Promise.all(
          places
            .filter(({ cluster }) =>
              route === undefined
                ? isUsedIn(service, cluster.name)
                : isRouteAt(meshFile.mesh, { service, route }, cluster),
            )
            .map(async (one) =>
              proveRoute({ meshFile, one, connected, service, route, actual, ...named }, pods, options),
            ),
        );
        proofs.push(...ofRoute.flat());
      }
    }
  } finally {
    left = await pods.close();
  }
  return { proofs, left, unread: unreadOf };
}

/** False where callers have no endpoints by the mesh file: in clusters without pods of a service that stays in its cluster. */
function isUsedIn({ exported, versions }: Service, cluster: string): boolean {
  return exported || versions.length === 0 || versions.some(({ clusters }) => clusters.includes(cluster));
}

/** The routes of a service that are to be proven; undefined stands for a service that has none. */
function routesOf({ routes }: Service, { only, from }: VerifyOptions): readonly (Route | undefined)[] {
  const asked = routes.filter(({ name }) => only?.route === undefined || name === only.route);
  const all = asked.length === 0 ? [undefined] : asked;
  return from === undefined ? all : all.filter((route) => waysOf(route).includes("mesh"));
}

/** Where requests failed, or no pod could ask, network policies and what others have put into proxies are looked at before anything else is blamed. */
async function explainFailures(
  meshFile: MeshFile,
  open: OpenMesh,
  proofs: readonly RouteProof[],
  options: VerifyOptions,
): Promise<readonly RouteProof[]> {
  if (!proofs.some((proof) => failedOnTheWay(proof) || isUnasked(proof))) {
    return proofs;
  }
  const facts = await factsThrough(meshFile, open, options);
  const wrong = ({ severity }: Finding): boolean => severity === "error";
  const closed = networkPolicies.run(facts).filter(wrong);
  const held = [...filters.run(facts), ...callers.run(facts)].filter(wrong);
  const clusters = meshFile.mesh.clusters.map(({ name }) => name);
  const toProofs = closedToProofs(facts);
  return proofs.map((proof) => blameClosedProofs(blameProxies(blamePolicies(proof, closed, clusters), held), toProofs));
}

/** Everything that a proof has found, in the order of the proof; what several found is reported once. */
export function diagnosticsOf(verification: Verification): readonly Diagnostic[] {
  const all = [
    ...verification.proofs.flatMap((proof) => proof.diagnostics),
    ...verification.unreachable.map((one) => one.diagnostic),
    ...verification.diagnostics,
  ];
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** What is asked for and in no cluster, so that there is no proof of it. */
function nowhereOf(mesh: Mesh, options: VerifyOptions): readonly Diagnostic[] {
  return routesNowhere(mesh)
    .filter(
      ({ service, route }) =>
        isAsked(service, options) && (options.only?.route === undefined || options.only.route === route.name),
    )
    .map(describeNowhere);
}

function summarize(
  proofs: readonly RouteProof[],
  unreachable: Verification["unreachable"],
  rest: {
    readonly left: readonly Diagnostic[];
    /** What there is no proof of. */
    readonly unproven: readonly Diagnostic[];
    /** Where there is nothing at all. */
    readonly nothing: Diagnostic;
  },
): Verification {
  const count = (state: RouteProof["state"]): number => proofs.filter((proof) => proof.state === state).length;
  const failed = count("failed") + unreachable.length;
  const notProven = count("notProven") + rest.unproven.length;
  const nothing = proofs.length === 0 && unreachable.length === 0 && rest.unproven.length === 0;
  return {
    proofs,
    unreachable,
    diagnostics: nothing ? [rest.nothing] : [...rest.unproven, ...rest.left],
    proven: count("proven"),
    failed,
    notProven,
    ok: failed === 0 && notProven === 0 && !nothing,
  };
}

/** The first that is said of each. */
function onePerCluster(all: Verification["unreachable"]): Verification["unreachable"] {
  return all
    .filter(({ cluster }, place) => all.findIndex((one) => one.cluster === cluster) === place)
    .map(({ cluster, diagnostic }) => ({ cluster, diagnostic }));
}

function nothingToProve(callers: readonly AskedPod[] | undefined): Diagnostic {
  const places = callers?.map(({ one }) => one.cluster.name).join(" and ") ?? "";
  return places === ""
    ? {
        ...warningOf("ISM407"),
        detail: "The mesh file names no service, so there is nothing to ask for and nothing was proven.",
        fix: "Add services with routes to the mesh file, or run isthmus check, which judges the mesh without them.",
      }
    : {
        ...warningOf("ISM407"),
        detail: `${places}, where the pod is, has by the mesh file none of the routes and services that callers inside the mesh reach and that are meant, so nothing was proven.`,
        fix: "Name a pod in a cluster that has them: isthmus verify without --from shows which.",
      };
}

function isAsked(service: Service, options: VerifyOptions): boolean {
  return (
    options.only === undefined ||
    (options.only.service === service.name && options.only.namespace === service.namespace)
  );
}
