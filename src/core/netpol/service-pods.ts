import { errorOf } from "../diagnostics/coded.ts";
import type { Service } from "../model/mesh.ts";
import type { Protocol } from "../policies/policy-pod.ts";
import type { NoEnd, PodEnd, ServiceEnd } from "./find-ends.ts";
import { serviceNamed } from "./find-ends.ts";
import type { PolicyWorld, WorldService } from "./policy-world.ts";
import { podsOf, portBehind } from "./policy-world.ts";

/** A service of the mesh file, and whether other clusters' pods take its requests too. */
export type MeshService = Pick<Service, "namespace" | "name" | "exported">;

/** Who connects to a Service, at which of its ports. */
export interface ServiceCall {
  readonly source: PodEnd;
  readonly port: number;
  readonly protocol: Protocol;
  readonly meshServices: readonly MeshService[];
}

/** The pods that requests to a Service may go to. */
export interface ServicePods {
  readonly pods: readonly { readonly end: PodEnd; readonly port: number }[];
  /** True where they are those of every cluster, false where this cluster's alone. */
  readonly everywhere: boolean;
  readonly remarks: readonly string[];
}

/**
 * The pods that a pod's connection to a Service may go to: the node leads it to
 * those of its own cluster (kube-proxy). Only a sidecar or gateway balances over
 * other clusters, and only an exported service of the mesh: the others are
 * cluster-local in the mesh's configuration
 * (https://istio.io/latest/docs/ops/configuration/traffic-management/multicluster/).
 * DNS of a headless Service has the pods of its own cluster.
 */
export function podsBehind(worlds: readonly PolicyWorld[], target: ServiceEnd, call: ServiceCall): ServicePods | NoEnd {
  const { namespace, name } = target;
  const { port, protocol, source } = call;
  const all = worlds.flatMap((world) => {
    const service = serviceNamed(world, namespace, name);
    return service === undefined ? [] : [{ world, service }];
  });
  const hereAlone = whyHereAlone(target, call);
  const there = hereAlone === undefined ? all : all.filter(({ world }) => world === source.world);
  const others = all.filter((one) => !there.includes(one) && podsOf(one.world, one.service).length > 0);
  const away =
    others.length === 0
      ? ""
      : `Its pods of ${others.map(({ world }) => world.cluster).join(", ")} do not count: ${hereAlone}.`;
  const { selecting, podless } = apart(there, call);
  const [first] = podless;
  if (first !== undefined && selecting.length === 0) {
    return first;
  }
  const lacking = withoutPort(selecting, call);
  if (lacking !== undefined) {
    return lacking;
  }
  const pods = selecting.flatMap(({ world, service }) =>
    podsOf(world, service).flatMap((pod) => {
      const at = portBehind(service, { port, protocol }, pod);
      return at === undefined ? [] : [{ end: { kind: "pod", world, pod } as const, port: at }];
    }),
  );
  if (pods.length === 0) {
    const where = hereAlone === undefined ? "" : ` in ${source.world.cluster}`;
    return noPort(
      [`No running pod${where} is behind port ${port}/${protocol} of Service ${namespace}/${name}.`, away]
        .join(" ")
        .trim(),
      "See which pods the Service selects, and whether they run.",
    );
  }
  return {
    pods,
    everywhere: hereAlone === undefined,
    remarks: [
      ...remarksOn(target, port, [...new Set(pods.map((one) => one.port))]),
      ...(away === "" ? [] : [away]),
      ...podless.flatMap(({ diagnostic }) => diagnostic.detail ?? []),
    ],
  };
}

/** A Service in one cluster. */
interface PlacedService {
  readonly world: PolicyWorld;
  readonly service: WorldService;
}

/** Those that select pods, and why the others have none. */
function apart(
  there: readonly PlacedService[],
  call: ServiceCall,
): { readonly selecting: readonly PlacedService[]; readonly podless: readonly NoEnd[] } {
  return {
    selecting: there.filter((one) => podlessService(one, call) === undefined),
    podless: there.flatMap((one) => podlessService(one, call) ?? []),
  };
}

function withoutPort(there: readonly PlacedService[], { port, protocol }: ServiceCall): NoEnd | undefined {
  const without = there.find(({ service }) => !service.ports.some((one) => isAt(one, port, protocol)));
  if (without === undefined) {
    return undefined;
  }
  const { service, world } = without;
  return noPort(
    `Service ${service.namespace}/${service.name} of ${world.cluster} has no port ${port}/${protocol}.`,
    `It has ${service.ports.map((one) => `${one.port}/${one.protocol}`).join(", ")}.`,
  );
}

/** Why a Service has no pods by its kind, and what to ask instead; undefined where it selects pods. */
function podlessService({ world, service }: PlacedService, { port }: ServiceCall): NoEnd | undefined {
  const { namespace, name, externalName, selector } = service;
  const of = `Service ${namespace}/${name} of ${world.cluster}`;
  if (externalName !== undefined) {
    const [, other, where] = /^([^.]+)\.([^.]+)\.svc(?:\.|$)/.exec(externalName) ?? [];
    return noPort(
      `${of} is a name for ${externalName} (ExternalName), and has no pods.`,
      other === undefined
        ? `Ask for an address of ${externalName}: --to ADDRESS --port ${port}`
        : `Ask for that one: --to ${where}/${other} --port ${port}`,
    );
  }
  return Object.keys(selector).length > 0
    ? undefined
    : noPort(
        `${of} has no selector: somebody else writes its endpoints, which are not looked at.`,
        `Ask for one of the addresses of its EndpointSlices, with their port: --to ADDRESS --port PORT`,
      );
}

function remarksOn(
  { namespace, name, address }: ServiceEnd,
  port: number,
  podPorts: readonly number[],
): readonly string[] {
  const others = podPorts.filter((one) => one !== port);
  return [
    ...(address === undefined
      ? []
      : [
          `${address} is Service ${namespace}/${name}: the node leads connections to its pods before policies see them.`,
        ]),
    ...(others.length === 0 ? [] : [`Policies see the pods' port ${others.join(", ")}, never the Service's ${port}.`]),
  ];
}

/** Why pods of other clusters get no request of the caller; undefined where they do. */
function whyHereAlone(
  { namespace, name, address }: ServiceEnd,
  { source, meshServices }: ServiceCall,
): string | undefined {
  const { pod, world } = source;
  const meshed = meshServices.find((one) => one.namespace === namespace && one.name === name);
  if (address !== undefined) {
    return `${address} leads to pods of ${world.cluster} alone`;
  }
  if (pod.proxy !== true) {
    return `${pod.namespace}/${pod.name} has no sidecar, without which no request goes to another cluster`;
  }
  if (meshed?.exported !== true) {
    return meshed === undefined
      ? `${namespace}/${name} is no service of the mesh file`
      : `the mesh file has export: false for ${namespace}/${name}`;
  }
  return serviceNamed(world, namespace, name)?.clusterAddresses.length === 0
    ? `${namespace}/${name} is headless, and DNS has the pods of ${world.cluster} alone`
    : undefined;
}

function isAt(one: WorldService["ports"][number], port: number, protocol: string): boolean {
  return one.port === port && one.protocol === protocol;
}

function noPort(detail: string, fix: string): NoEnd {
  return { kind: "problem", diagnostic: { ...errorOf("ISM555"), detail, fix } };
}
