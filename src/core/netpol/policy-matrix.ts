import type { PolicySet } from "../policies/network-policy.ts";
import { compilePolicies } from "../policies/network-policy.ts";
import type { IpFamily, PolicyPeer, PolicyPod, Protocol } from "../policies/policy-pod.ts";
import { workloadKey } from "../policies/policy-pod.ts";
import { probeLabel } from "../render/probe-pod.ts";
import type { Reach } from "../policies/reach.ts";
import { familiesOf, reach, sharedFamilies } from "../policies/reach.ts";
import { reachMatrix } from "../policies/reach-matrix.ts";
import type { PolicyWorld } from "./policy-world.ts";
import { otherPoliciesOf, podsOf, portBehind } from "./policy-world.ts";
import { eastWestOf } from "./east-west-of.ts";

export interface MatrixPort {
  readonly port: number;
  readonly protocol: Protocol;
}

/** Pods that are alike, or the addresses of another network's gateway. */
export interface MatrixEnd {
  /** `sample/helloworld-v1`, `east-west gateway of east`. */
  readonly name: string;
  readonly peers: readonly PolicyPeer[];
  /** Those that it is asked at. */
  readonly ports: readonly MatrixPort[];
}

/** `all` pairs of the pods may connect, `some` or `none` of them. */
export type Openness = "all" | "some" | "none";

export interface MatrixCell extends MatrixPort {
  readonly open: Openness;
  /** True where that is not proven: the gateway's address is not known, and rules admit blocks of addresses. */
  readonly unsure?: true;
}

/** Who may reach whom in one cluster, by NetworkPolicies. */
export interface PolicyMatrix {
  readonly kind: "matrix";
  readonly cluster: string;
  /** Pods of the namespaces that were asked for. */
  readonly sources: readonly MatrixEnd[];
  /** The same, then the east-west gateways of other networks. */
  readonly destinations: readonly MatrixEnd[];
  /** A row for each source; in it an entry for each destination, and in that one for each of its ports. Undefined for one pod's way to itself. */
  readonly cells: readonly (readonly (readonly MatrixCell[] | undefined)[])[];
  /** What both ends' policies say of the first pair of pods of a cell. */
  readonly decide: (source: number, destination: number, port: MatrixPort) => Reach | undefined;
  readonly otherPolicies: readonly string[];
}

export interface MatrixOptions {
  readonly namespaces: readonly string[];
  /** The only port to ask; without it those that pods declare or Services lead to. */
  readonly port: MatrixPort | undefined;
  /** Equal for pods of one row; left out: those of one workload. */
  readonly kindOf?: (pod: PolicyPod) => string;
}

/** The matrix of one cluster. `worlds` are all that answered: their east-west gateways are destinations too. */
export function policyMatrix(world: PolicyWorld, worlds: readonly PolicyWorld[], options: MatrixOptions): PolicyMatrix {
  const { namespaces, port } = options;
  const set = compilePolicies(world.policies);
  const sources = groupsOf(world, options);
  const destinations = [...sources, ...gatewaysOf(world, worlds, port)];
  const ends = destinations.flatMap(({ peers }) => peers);
  const starts = startsOf(destinations);
  const asked = new Map(destinations.flatMap(({ ports }) => ports).map((one) => [keyOf(one), one]));
  const isOpenAt = new Map([...asked].map(([key, one]) => [key, openAt(set, ends, one)]));
  const cells = sources.map((source, row) =>
    destinations.map((destination, column) => {
      const pairs = pairsOf(source, destination, [starts[row] ?? 0, starts[column] ?? 0]);
      return pairs.length === 0
        ? undefined
        : destination.ports.map((one): MatrixCell => {
            const isOpen = isOpenAt.get(keyOf(one));
            const open = pairs.filter(([from, to]) => isOpen?.(from, to) === true).length;
            const unsure =
              column >= sources.length &&
              pairs.some(([from, to]) => reachOf(set, [ends[from], ends[to]], one)?.unsure === true);
            return {
              ...one,
              open: open === 0 ? "none" : open === pairs.length ? "all" : "some",
              ...(unsure ? { unsure } : {}),
            };
          });
    }),
  );
  return {
    kind: "matrix",
    cluster: world.cluster,
    sources,
    destinations,
    cells,
    decide: (source, destination, at) => {
      const [[from, to] = []] = pairsOf(sources[source], destinations[destination], [
        starts[source] ?? 0,
        starts[destination] ?? 0,
      ]);
      return reachOf(set, [ends[from ?? -1], ends[to ?? -1]], at);
    },
    otherPolicies: otherPoliciesOf(world.otherPolicies, namespaces),
  };
}

function reachOf(
  set: PolicySet,
  [from, to]: readonly [PolicyPeer | undefined, PolicyPeer | undefined],
  at: MatrixPort,
): Reach | undefined {
  return from === undefined || to === undefined ? undefined : reach(set, { from, to, ...at });
}

/** The places of two different ends, one of each group. */
function pairsOf(
  source: MatrixEnd | undefined,
  destination: MatrixEnd | undefined,
  [first, second]: readonly [number, number],
): readonly (readonly [from: number, to: number])[] {
  return (source?.peers ?? []).flatMap((_, one) =>
    (destination?.peers ?? [])
      .map((_, other): readonly [number, number] => [first + one, second + other])
      .filter(([from, to]) => from !== to),
  );
}

function startsOf(groups: readonly MatrixEnd[]): readonly number[] {
  const starts: number[] = [];
  let next = 0;
  for (const { peers } of groups) {
    starts.push(next);
    next += peers.length;
  }
  return starts;
}

/** Judged once where all addresses are of one family, else for each family that two ends share. */
function openAt(
  set: ReturnType<typeof compilePolicies>,
  ends: readonly PolicyPeer[],
  at: MatrixPort,
): (from: number, to: number) => boolean {
  const families = [...new Set(ends.flatMap((end) => familiesOf(end) ?? []))];
  if (families.length < 2) {
    return reachMatrix(set, ends, at).isOpen;
  }
  const matrices = new Map<IpFamily | undefined, ReturnType<typeof reachMatrix>>(
    families.map((family) => [family, reachMatrix(set, ends, { ...at, family })]),
  );
  matrices.set(undefined, reachMatrix(set, ends, at));
  return (from, to) => {
    const [one, other] = [ends[from], ends[to]];
    return (
      one !== undefined &&
      other !== undefined &&
      sharedFamilies(one, other).some((family) => matrices.get(family)?.isOpen(from, to))
    );
  };
}

function groupsOf(world: PolicyWorld, { namespaces, port, kindOf = workloadKey }: MatrixOptions): readonly MatrixEnd[] {
  const groups = new Map<string, PolicyPod[]>();
  for (const pod of world.pods) {
    // The probe pods of a verify are gone when it ends.
    if (pod.ended !== true && namespaces.includes(pod.namespace) && pod.labels[probeLabel] === undefined) {
      const key = kindOf(pod);
      groups.set(key, [...(groups.get(key) ?? []), pod]);
    }
  }
  const named = [...groups.values()].map((pods) => ({ pods, name: pods[0] === undefined ? "" : nameOf(pods[0]) }));
  return named
    .map(({ pods, name }): MatrixEnd => {
      const isOneOfSeveral = named.some((other) => other.name === name && other.pods !== pods);
      return {
        name: isOneOfSeveral ? nameOfPods(pods) : name,
        peers: pods.map((pod) => ({ kind: "pod", pod })),
        ports: port === undefined ? listensAt(world, pods) : [port],
      };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Where pods of one workload are in several rows. */
function nameOfPods([first, ...others]: readonly PolicyPod[]): string {
  const name = first === undefined ? "" : `${first.namespace}/${first.name}`;
  return others.length === 0 ? name : `${name} and ${others.length} more like it`;
}

function nameOf(pod: PolicyPod): string {
  return `${pod.namespace}/${workloadOf(pod)}`;
}

/** What the pods' names begin with: without the hashes of a Deployment, or the number of a StatefulSet. */
function workloadOf({ name, labels }: PolicyPod): string {
  const hash = labels["pod-template-hash"];
  const end = hash === undefined ? -1 : name.lastIndexOf(`-${hash}-`);
  return end > 0 ? name.slice(0, end) : name.replace(/-(?:\d+|[bcdfghjklmnpqrstvwxz2456789]{5})$/, "");
}

/** The ports that containers declare, and those that Services lead to. */
function listensAt(world: PolicyWorld, pods: readonly PolicyPod[]): readonly MatrixPort[] {
  const served = world.services.flatMap((service) => {
    const behind = podsOf({ ...world, pods }, service);
    return service.ports.flatMap(({ port, protocol }) =>
      behind.flatMap((pod) => {
        const target = portBehind(service, { port, protocol }, pod);
        return target === undefined ? [] : [{ port: target, protocol: protocol as Protocol }];
      }),
    );
  });
  const declared = pods.flatMap(({ ports }) =>
    ports.map(({ port, protocol }) => ({ port, protocol: protocol as Protocol })),
  );
  const all = new Map([...declared, ...served].map((one) => [keyOf(one), one]));
  return [...all.values()].toSorted((one, other) => one.port - other.port || (one.protocol < other.protocol ? -1 : 1));
}

function gatewaysOf(
  world: PolicyWorld,
  worlds: readonly PolicyWorld[],
  port: MatrixPort | undefined,
): readonly MatrixEnd[] {
  return worlds
    .filter((other) => other.network !== world.network)
    .flatMap((other): readonly MatrixEnd[] => {
      const places = eastWestOf(other, world)?.places ?? [];
      return places.length === 0
        ? []
        : [
            {
              name: `east-west gateway of ${other.cluster}`,
              peers: places.map(({ address }) => ({ kind: "outside", address })),
              ports:
                port === undefined
                  ? [...new Set(places.map((one) => one.port))].map((one) => ({ port: one, protocol: "TCP" }))
                  : [port],
            },
          ];
    });
}

function keyOf({ port, protocol }: MatrixPort): string {
  return `${port}/${protocol}`;
}
