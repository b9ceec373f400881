import { compilePolicies } from "../policies/network-policy.ts";
import type { PolicySet } from "../policies/network-policy.ts";
import type { PolicyPeer, PolicyPod, Protocol } from "../policies/policy-pod.ts";
import { nameOfPeer } from "../policies/policy-pod.ts";
import type { Reach } from "../policies/reach.ts";
import { reach } from "../policies/reach.ts";
import type { GatewayPlace } from "../checks/gateway-place.ts";
import { placesOf } from "../checks/gateway-place.ts";
import { announcedGateway } from "../routing/announced-gateway.ts";
import { eastWestPlace } from "../routing/east-west-place.ts";
import { crossNetworkPort } from "../render/names.ts";
import type { NoEnd, PodEnd, ServiceEnd, TargetEnd } from "./find-ends.ts";
import { findSource, findTarget, serviceNamed } from "./find-ends.ts";
import type { PolicyWorld } from "./policy-world.ts";
import { otherPoliciesOf, podsOf, portBehind } from "./policy-world.ts";
import type { MeshService, ServicePods } from "./service-pods.ts";
import { podsBehind } from "./service-pods.ts";

/** Who connects to whom, as somebody asks it. */
export interface Question {
  readonly from: string;
  readonly to: string;
  /** Of a Service, where `to` is one; else of the pod or the address. */
  readonly port: number;
  readonly protocol: Protocol;
  /** The cluster of `from`, where its name does not say it. */
  readonly cluster: string | undefined;
}

/** One connection on the way, which the policies of one cluster decide. */
export interface Hop {
  readonly cluster: string;
  readonly from: string;
  readonly to: string;
  /** Of the pod, never of a Service. */
  readonly port: number;
  readonly protocol: Protocol;
  readonly reach: Reach;
}

/** The way to one pod or address, over the east-west gateway where it is in another network. */
export interface ConnectionPath {
  readonly to: string;
  /** The cluster that it ends in; left out outside of all of them. */
  readonly cluster?: string;
  readonly open: boolean;
  /** True where it is open, and that is not proven: an address on the way is not known, and rules admit blocks of addresses. */
  readonly unsure?: true;
  readonly hops: readonly Hop[];
  /** What the way lacks beside policies. */
  readonly lacks?: string;
}

export interface Trace {
  readonly kind: "trace";
  readonly from: { readonly cluster: string; readonly pod: string };
  readonly to: string;
  readonly port: number;
  readonly protocol: Protocol;
  /** True where `to` is a Service, and every path leads to one of its pods. */
  readonly service: boolean;
  /** True where the Service's pods of all clusters count; false for its own cluster's alone, and for what is no Service. */
  readonly everywhere: boolean;
  readonly paths: readonly ConnectionPath[];
  /** What has to be known beside the answer. */
  readonly remarks: readonly string[];
  /** Policies of other kinds which may decide otherwise, by the cluster that has them. */
  readonly otherPolicies: readonly OtherPolicies[];
}

export interface OtherPolicies {
  readonly cluster: string;
  readonly policies: readonly string[];
}

/**
 * What NetworkPolicies say of a connection, hop by hop: within a cluster both
 * ends, to another cluster of the same network the pods' addresses, to one of
 * another network its east-west gateway and the pod behind it. To a Service:
 * the ways to all pods that `podsBehind` finds. `meshServices` are those of the
 * mesh file.
 */
export function traceConnection(
  worlds: readonly PolicyWorld[],
  question: Question,
  meshServices: readonly MeshService[],
): Trace | NoEnd {
  const source = findSource(worlds, question.from, question.cluster);
  if (source.kind === "problem") {
    return source;
  }
  const target = findTarget(worlds, question, source.world);
  if (target.kind === "problem") {
    return target;
  }
  const { port, protocol } = question;
  const tracer = createTracer(source, protocol);
  const found = pathsTo(target, port, tracer, (service) =>
    podsBehind(worlds, service, { source, port, protocol, meshServices }),
  );
  if ("kind" in found) {
    return found;
  }
  return {
    kind: "trace",
    from: { cluster: source.world.cluster, pod: `${source.pod.namespace}/${source.pod.name}` },
    to: target.kind === "pod" ? `${target.pod.namespace}/${target.pod.name}` : question.to,
    port,
    protocol,
    service: target.kind === "service",
    everywhere: found.everywhere,
    paths: found.paths,
    remarks: [...remarksOn(source.pod), ...found.remarks],
    otherPolicies: othersOnTheWay(worlds, found.paths),
  };
}

/** Those of the namespaces whose pods a connection touches. */
function othersOnTheWay(worlds: readonly PolicyWorld[], paths: readonly ConnectionPath[]): readonly OtherPolicies[] {
  const hops = paths.flatMap((path) => path.hops);
  return worlds.flatMap((world): readonly OtherPolicies[] => {
    const own = hops.filter(({ cluster }) => cluster === world.cluster);
    const namespaces = own.flatMap((hop) => [hop.from, hop.to]).map((name) => name.split("/")[0] ?? "");
    const policies = own.length === 0 ? [] : otherPoliciesOf(world.otherPolicies, namespaces);
    return policies.length === 0 ? [] : [{ cluster: world.cluster, policies }];
  });
}

interface Found {
  readonly everywhere: boolean;
  readonly paths: readonly ConnectionPath[];
  readonly remarks: readonly string[];
}

function pathsTo(
  target: TargetEnd,
  port: number,
  tracer: Tracer,
  podsOfService: (service: ServiceEnd) => ServicePods | NoEnd,
): Found | NoEnd {
  switch (target.kind) {
    case "pod":
      return { paths: [tracer.toPod(target, port)], everywhere: false, remarks: remarksOn(target.pod) };
    case "address":
      return { paths: [tracer.toAddress(target.address, port)], everywhere: false, remarks: [] };
    case "service": {
      const found = podsOfService(target);
      return "kind" in found ? found : { ...found, paths: found.pods.map((one) => tracer.toPod(one.end, one.port)) };
    }
  }
}

interface Tracer {
  readonly toPod: (end: PodEnd, port: number) => ConnectionPath;
  readonly toAddress: (address: string, port: number) => ConnectionPath;
}

/** Judges one connection by the policies of one cluster. */
type MakeHop = (world: PolicyWorld, from: Place, to: Place, port: number) => Hop;

function createTracer(source: PodEnd, protocol: Protocol): Tracer {
  const hop = createHopMaker(protocol);
  const own = placeOf(source.pod);
  return {
    toPod: (end, port) => {
      const { world, pod } = end;
      const to = { to: `${pod.namespace}/${pod.name}`, cluster: world.cluster };
      if (world === source.world) {
        return judged({ ...to, hops: [hop(world, own, placeOf(pod), port)] });
      }
      const isBeside = world.network === source.world.network;
      return judged({ ...to, ...(isBeside ? beside(hop, source, end, port) : across(hop, source, end, port)) });
    },
    toAddress: (address, port) => judged({ to: address, hops: [hop(source.world, own, outside(address), port)] }),
  };
}

function createHopMaker(protocol: Protocol): MakeHop {
  const sets = new Map<PolicyWorld, PolicySet>();
  return (world, from, to, port) => {
    const set = sets.get(world) ?? compilePolicies(world.policies);
    sets.set(world, set);
    return {
      cluster: world.cluster,
      from: from.name ?? nameOfPeer(from.peer),
      to: to.name ?? nameOfPeer(to.peer),
      port,
      protocol,
      reach: reach(set, { from: from.peer, to: to.peer, port, protocol }),
    };
  };
}

type Way = Pick<ConnectionPath, "hops" | "lacks">;

/** In one network both clusters see the other's pod as an address without labels. */
function beside(hop: MakeHop, source: PodEnd, end: PodEnd, port: number): Way {
  const [address = ""] = end.pod.addresses;
  const [from = ""] = source.pod.addresses;
  return {
    hops: [
      hop(source.world, placeOf(source.pod), outside(address, `${nameIn(end)} at ${address}`), port),
      hop(end.world, outside(from, `${nameIn(source)} at ${from}`), placeOf(end.pod), port),
    ],
  };
}

function across(hop: MakeHop, source: PodEnd, end: PodEnd, port: number): Way {
  const { cluster } = end.world;
  const gateway = eastWestOf(end.world, source.world);
  if (gateway === undefined) {
    return { hops: [], lacks: `${cluster} has no east-west gateway with an address and a running pod.` };
  }
  if (source.pod.proxy !== true) {
    const { namespace, name } = source.pod;
    return {
      hops: [],
      lacks: `${namespace}/${name} has no sidecar, and the east-west gateway takes mTLS of the mesh alone.`,
    };
  }
  const { pod, places, target } = gateway;
  return {
    hops: [
      ...places.map(({ address, port: at }) => {
        const to = outside(address, `the east-west gateway of ${cluster} at ${address}`);
        return hop(source.world, placeOf(source.pod), to, at);
      }),
      hop(end.world, outside("", "other networks, from an address that is not known"), placeOf(pod), target),
      hop(end.world, placeOf(pod), placeOf(end.pod), port),
    ],
  };
}

function judged(path: Omit<ConnectionPath, "open" | "unsure">): ConnectionPath {
  const open = path.lacks === undefined && path.hops.every((hop) => hop.reach.open);
  const unsure = open && path.hops.some((hop) => hop.reach.unsure === true);
  return { ...path, open, ...(unsure ? { unsure } : {}) };
}

interface Place {
  readonly peer: PolicyPeer;
  readonly name?: string;
}

function placeOf(pod: PolicyPod): Place {
  return { peer: { kind: "pod", pod } };
}

function outside(address: string, name = address): Place {
  return { peer: { kind: "outside", address }, name };
}

function nameIn({ world, pod }: PodEnd): string {
  return `${pod.namespace}/${pod.name} of ${world.cluster}`;
}

interface EastWest {
  readonly pod: PolicyPod;
  /** Where the cluster that asks reaches it. */
  readonly places: readonly GatewayPlace[];
  readonly target: number;
}

/** The gateway that other networks come in by; undefined where it has no pod, or nobody knows an address. */
export function eastWestOf(world: PolicyWorld, reader: PolicyWorld): EastWest | undefined {
  const { namespace, name } = eastWestPlace(world);
  const service = serviceNamed(world, namespace, name);
  const [pod] = service === undefined ? [] : podsOf(world, service);
  const announced = announcedGateway(world, { name: reader.cluster, network: reader.network });
  const places = placesOf(announced ?? { addresses: service?.outsideAddresses ?? [], port: crossNetworkPort });
  if (service === undefined || pod === undefined || places.length === 0) {
    return undefined;
  }
  const target = portBehind(service, { port: crossNetworkPort, protocol: "TCP" }, pod) ?? crossNetworkPort;
  return { pod, places, target };
}

function remarksOn(pod: PolicyPod): readonly string[] {
  const name = `${pod.namespace}/${pod.name}`;
  return [
    ...(pod.hostNetwork ? [`${name} is in its node's network, where NetworkPolicies are commonly not enforced.`] : []),
    ...(pod.ended === true ? [`${name} has ended: nothing is enforced for it any more.`] : []),
  ];
}
