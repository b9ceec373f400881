import { compilePolicies } from "../policies/network-policy.ts";
import type { PolicySet } from "../policies/network-policy.ts";
import type { PolicyPeer, PolicyPod, Protocol } from "../policies/policy-pod.ts";
import { nameOfPeer } from "../policies/policy-pod.ts";
import { podKinds } from "../policies/pod-kinds.ts";
import type { Reach } from "../policies/reach.ts";
import { reach } from "../policies/reach.ts";
import { eastWestOf } from "./east-west-of.ts";
import type { NoEnd, PodEnd, PodsEnd, ServiceEnd, TargetEnd } from "./find-ends.ts";
import { findSource, findTarget } from "./find-ends.ts";
import type { PolicyWorld } from "./policy-world.ts";
import { otherPoliciesOf } from "./policy-world.ts";
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
  /** The pod that connects; left out where all that were asked for are alike. */
  readonly from?: string;
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
  /** `pod` is one of several where they are alike, else what was asked for. */
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
 * the ways to all pods that `podsBehind` finds; to a workload: to all of its
 * pods. Of pods that connect one is asked for where no policy tells them apart.
 * `meshServices` are those of the mesh file.
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
  const { world, pod } = source.pods[0];
  const target = findTarget(worlds, question, world);
  if (target.kind === "problem") {
    return target;
  }
  const { port, protocol } = question;
  const sources = distinctSources(worlds, source);
  const found: Found[] = [];
  for (const one of sources) {
    const ways = pathsTo(target, port, createTracer(one, protocol), (service) =>
      podsBehind(worlds, service, { source: one, port, protocol, meshServices }),
    );
    if ("kind" in ways) {
      return ways;
    }
    const from = sources.length > 1 ? { from: `${one.pod.namespace}/${one.pod.name}` } : {};
    found.push({ ...ways, paths: ways.paths.map((path) => ({ ...from, ...path })) });
  }
  const paths = found.flatMap((one) => one.paths);
  return {
    kind: "trace",
    from: {
      cluster: world.cluster,
      pod: sources.length > 1 ? shortName(question.from) : `${pod.namespace}/${pod.name}`,
    },
    to: target.kind === "pods" ? nameOfPods(target, question.to) : question.to,
    port,
    protocol,
    service: target.kind === "service",
    everywhere: found.some(({ everywhere }) => everywhere),
    paths,
    remarks: [...new Set([...sources.flatMap((one) => remarksOn(one.pod)), ...found.flatMap((one) => one.remarks)])],
    otherPolicies: othersOnTheWay(worlds, paths),
  };
}

/** One of each that the policies of any cluster, the proxy or, in a node's network, the node tell apart. */
function distinctSources(worlds: readonly PolicyWorld[], { pods }: PodsEnd): readonly PodEnd[] {
  const kindOf = podKinds(worlds.flatMap(({ policies }) => policies));
  const kinds = new Map<string, PodEnd>();
  for (const end of pods) {
    const { proxy, hostNetwork, node } = end.pod;
    const kind = JSON.stringify([kindOf(end.pod), proxy, hostNetwork ? node : ""]);
    kinds.set(kind, kinds.get(kind) ?? end);
  }
  return [...kinds.values()];
}

function nameOfPods({ pods: [{ pod }, ...others] }: PodsEnd, asked: string): string {
  return others.length === 0 ? `${pod.namespace}/${pod.name}` : shortName(asked);
}

/** Without the cluster. */
function shortName(text: string): string {
  return text.split("/").slice(-2).join("/");
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
    case "pods":
      return {
        paths: target.pods.map((end) => tracer.toPod(end, port)),
        everywhere: false,
        remarks: target.pods.flatMap(({ pod }) => remarksOn(pod)),
      };
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

function remarksOn(pod: PolicyPod): readonly string[] {
  const name = `${pod.namespace}/${pod.name}`;
  return [
    ...(pod.hostNetwork ? [`${name} is in its node's network, where NetworkPolicies are commonly not enforced.`] : []),
    ...(pod.ended === true ? [`${name} has ended: nothing is enforced for it any more.`] : []),
  ];
}
