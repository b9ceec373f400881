import type { ObjectId } from "../../model/kube-object.ts";
import { keyOf } from "../../model/kube-object.ts";
import type { Call, CallerEffect } from "../../proxy/call.ts";
import { effectsOf, isUnknown } from "../../proxy/caller-effects.ts";
import { fixOfManifests, isAmongManifests } from "../../proxy/route-source.ts";
import { eastWestGateway, istioNamespace } from "../../render/names.ts";
import type { WrittenBy } from "../beside-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl, kubectlCommand } from "../commands.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { applyFix, meshClusters, servicesAt } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import {
  appliedObject,
  callsTo,
  gatewayAddress,
  gatewayPods,
  issuedRoot,
  istiod,
  knownGateways,
  meshConfiguration,
  mutualTls,
  needsOfJoin,
  networkLabelled,
  objectOf,
  proxyOf,
  serviceIn,
  sidecarsOf,
  sync,
  trustOfSidecars,
  wayToIstiod,
} from "../subjects.ts";

/** A request to every service and port is followed through what sidecars of callers really hold. */
export const callers: Check = {
  id: "routes/callers",
  sentence: "sidecars of callers inside send requests to every service where the mesh file asks",
  pre: false,
  unseen: (facts) =>
    meshClusters(facts).flatMap((one) => [
      ...one.callers
        .filter(({ problem: why }) => why !== undefined)
        .map(
          ({ namespace, name, problem: why }) =>
            `${namespace}/${name} of ${one.cluster} does not say what it holds: ${why ?? ""}`,
        ),
      ...callsOf(facts, one)
        .filter(isUnknown)
        .map(
          ({ caller, way }) =>
            `how ${caller.namespace}/${caller.name} of ${one.cluster} sends requests to ${way.service}:${way.port}: a route there asks for what is not known`,
        ),
    ]),
  run: (facts) => meshClusters(facts).flatMap((one) => findingsIn(facts, one)),
};

function callsOf(facts: MeshFacts, one: ReachedCluster): readonly Call[] {
  const services = new Map(servicesAt(facts, one).map((service) => [`${service.namespace}/${service.name}`, service]));
  return one.callers.flatMap((caller) =>
    caller.ways.flatMap((way) => {
      const service = services.get(way.service);
      return service === undefined ? [] : [{ facts, one, caller, way, service }];
    }),
  );
}

interface Seen extends CallerEffect {
  readonly call: Call;
}

function findingsIn(facts: MeshFacts, one: ReachedCluster): readonly Finding[] {
  const groups = new Map<string, Seen[]>();
  for (const call of callsOf(facts, one)) {
    for (const effect of effectsOf(call)) {
      // What is nobody else's is told for each service.
      const key = effect.by === undefined ? `${call.way.service} ${effect.part} ${effect.severity}` : keyOf(effect.by);
      groups.set(key, [...(groups.get(key) ?? []), { ...effect, call }]);
    }
  }
  return [...groups.values()].flatMap((all) =>
    findingOf(facts, one, [
      ...all.filter(({ severity }) => severity === "error"),
      ...all.filter(({ severity }) => severity === "warning"),
    ]),
  );
}

function findingOf(facts: MeshFacts, one: ReachedCluster, all: readonly Seen[]): readonly Finding[] {
  const [first] = all;
  if (first === undefined) {
    return [];
  }
  const { severity, by, own } = first;
  // Where requests reach nobody, that says more than where they go instead.
  const part = all.some((one) => one.part === "pods" && one.severity === severity) ? "pods" : "route";
  const object = by ?? own.at(-1);
  return [
    (severity === "error" ? problem : warning)(part === "route" ? "ISM564" : "ISM565", {
      detail: `${by === undefined ? `In ${one.cluster}` : `${describe(one, by)} of ${one.cluster} decides over calls inside the mesh`}: ${sentencesOf(all).join("; ")}.`,
      cluster: one.cluster,
      ...(object === undefined ? {} : { object }),
      ...(by === undefined ? ownFix(one, first) : { fix: fixOf(one, by) }),
      breaks: [
        ...new Set(all.map(({ call }) => callsTo(one.cluster, call.way.service))),
        ...(by === undefined ? [] : [objectOf(one.cluster, by)]),
      ],
      needs: by === undefined ? all.flatMap(needsOf) : needsOfTls(facts, all),
    }),
  ];
}

/** One for each thing that happens, with all callers and services that it happens to. */
function sentencesOf(all: readonly Seen[]): readonly string[] {
  const byWhat = new Map<string, { readonly from: Set<string>; readonly to: Map<string, Set<number>> }>();
  for (const { what, call } of all) {
    const known = byWhat.get(what) ?? { from: new Set(), to: new Map<string, Set<number>>() };
    callerNames(call).forEach((name) => known.from.add(name));
    known.to.set(call.way.service, (known.to.get(call.way.service) ?? new Set()).add(call.way.port));
    byWhat.set(what, known);
  }
  return [...byWhat].map(([what, { from, to }]) => {
    const targets = [...to].map(([service, ports]) => `${service} (port ${[...ports].join(", ")})`);
    return `requests from pods in ${[...from].join(", ")} to ${targets.join(" and ")} ${what}`;
  });
}

/** The namespaces for which a caller speaks; one whose pods differ by their labels with the pod that was asked. */
function callerNames({ one, caller }: Call): readonly string[] {
  return caller.namespaces.map((namespace) =>
    one.callers.some((other) => other !== caller && other.namespaces.includes(namespace))
      ? `${namespace} that are like ${caller.name}`
      : namespace,
  );
}

function describe(one: ReachedCluster, by: ObjectId): string {
  const written = writtenOf(one, by);
  const who =
    written === undefined || written.by === ""
      ? ""
      : ` (written by ${written.by}${written.at === "" ? "" : ` at ${written.at}`})`;
  return `${by.kind} ${by.namespace ?? ""}/${by.name}${who}`;
}

function writtenOf({ routing }: ReachedCluster, by: ObjectId): WrittenBy | undefined {
  const isIt = ({ namespace, name }: { readonly namespace: string; readonly name: string }): boolean =>
    namespace === by.namespace && name === by.name;
  switch (by.kind) {
    case "HTTPRoute":
    case "GRPCRoute":
      return routing.beside?.gatewayRoutes?.find((route) => route.kind === by.kind && isIt(route))?.written;
    case "VirtualService":
      return routing.virtualServices.find(isIt)?.foreign;
    case "DestinationRule":
      return routing.destinationRules.find(isIt)?.written;
    case "Sidecar":
      return routing.beside?.scopes.find(isIt)?.written;
    default:
      return routing.beside?.entries.find((entry) => entry.kind === by.kind && isIt(entry))?.written;
  }
}

function fixOf(one: ReachedCluster, by: ObjectId): string {
  const way = kubectlCommand(one, "delete", by);
  if (isAmongManifests(one, by)) {
    return fixOfManifests;
  }
  return by.kind === "Sidecar"
    ? `Whoever wrote it has to decide: name the service among its egress hosts, where its pods call it, and ${istioNamespace}/* for routes inside the mesh, or delete it: ${way}`
    : `Whoever wrote it has to decide: where it is not meant so, delete it, and requests go where the mesh file asks: ${way}`;
}

function ownFix(one: ReachedCluster, { part, call, own }: Seen): Pick<Finding, "fix"> {
  return own.length > 2
    ? { fix: applyFix }
    : {
        fix: `No object of somebody else's is named in the sidecar, and istiod knows what it sends: ${kubectl(one, "-n", call.caller.namespace, "get", part === "route" ? "virtualservices.networking.istio.io,sidecars.networking.istio.io" : "destinationrules.networking.istio.io,serviceentries.networking.istio.io", "--all-namespaces")}`,
      };
}

/** Of what is the mesh's own: whatever keeps a sidecar from what it should have. */
function needsOf({ call: { facts, one, caller, service }, own, part }: Seen): readonly Subject[] {
  const { cluster } = one;
  const key = `${service.namespace}/${service.name}`;
  const others = facts.mesh.clusters.map(({ name }) => name).filter((name) => name !== cluster);
  return [
    proxyOf(cluster, caller),
    istiod(cluster),
    meshConfiguration(cluster),
    wayToIstiod(cluster),
    issuedRoot(cluster),
    trustOfSidecars(cluster),
    serviceIn(cluster, key),
    ...own.flatMap((id) => [objectOf(cluster, id), appliedObject(cluster, id)]),
    ...(part === "route"
      ? []
      : [
          mutualTls(cluster, cluster, key),
          ...others.flatMap((other) => [
            serviceIn(other, key),
            sidecarsOf(other, key),
            mutualTls(cluster, other, key),
            ...needsOfJoin(cluster, other),
            sync(cluster, other),
            knownGateways(cluster, other),
            networkLabelled(other),
            gatewayAddress(other, eastWestGateway),
            gatewayPods(other, eastWestGateway),
          ]),
        ]),
  ];
}

/** A DestinationRule of somebody else's may be named for the gateways already. */
function needsOfTls(facts: MeshFacts, all: readonly Seen[]): readonly Subject[] {
  return all.flatMap(({ by, call: { one, service } }) =>
    by?.kind === "DestinationRule"
      ? facts.mesh.clusters.map(({ name }) => mutualTls(one.cluster, name, `${service.namespace}/${service.name}`))
      : [],
  );
}
