import type { RoutingFacts, WrittenObject } from "../../core/checks/facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { meshLabel } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readBeside } from "./read-beside.ts";
import { listEverywhere } from "./list-known.ts";
import { writtenBy } from "./written-by.ts";

interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly {
    readonly port?: { readonly number?: number; readonly protocol?: string };
    readonly tls?: { readonly mode?: string };
    readonly hosts?: readonly string[];
    readonly bind?: string;
  }[];
}

interface RuleSpec {
  readonly host?: string;
  readonly trafficPolicy?: {
    readonly tls?: { readonly mode?: string };
    readonly loadBalancer?: {
      readonly localityLbSetting?: {
        readonly enabled?: boolean;
        readonly distribute?: readonly { readonly to?: Readonly<Record<string, number>> }[];
      };
    };
  };
  readonly subsets?: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
}

interface RouteSpec {
  readonly http?: readonly Weighted[];
  readonly tls?: readonly Weighted[];
  readonly tcp?: readonly Weighted[];
}

interface Weighted {
  readonly route?: readonly { readonly weight?: number; readonly destination?: { readonly subset?: string } }[];
}

/** In every release that has it. */
const filterVersion = "networking.istio.io/v1alpha3";

/** How many of the objects that were written last are kept. */
const mostWritten = 10;

/**
 * Istio's routing objects of all namespaces, since gateways and hosts are
 * shared between them, in the version that the mesh's Istio serves (v1 from
 * 1.22 on), reduced to what the checks compare; none where Istio is not installed.
 */
export async function readRouting(
  client: KubeClient,
  { apiVersion }: { readonly apiVersion: string },
  signal: AbortSignal,
): Promise<RoutingFacts> {
  const read = async (kind: string, version = apiVersion): Promise<readonly KubeObject[]> =>
    listEverywhere(client, { apiVersion: version, kind }, signal);
  const [gateways, rules, routes, filters, tokens, beside] = await Promise.all([
    read("Gateway"),
    read("DestinationRule"),
    read("VirtualService"),
    read("EnvoyFilter", filterVersion),
    read("RequestAuthentication", apiVersion.replace("networking.", "security.")),
    readBeside(client, { apiVersion }, signal),
  ]);
  return {
    writtenLast: writtenLast([...gateways, ...rules, ...routes, ...filters, ...tokens]),
    beside,
    gateways: gateways.map(readGateway),
    destinationRules: rules.map(readRule),
    virtualServices: routes.map(readVirtualService),
  };
}

/** A Gateway, reduced to what decides where a proxy listens. */
export function readGateway(object: KubeObject): RoutingFacts["gateways"][number] {
  const spec = (object["spec"] ?? {}) as GatewaySpec;
  return {
    ...nameOf(object),
    created: createdOf(object),
    selector: spec.selector ?? {},
    servers: (spec.servers ?? []).map((server) => ({
      port: server.port?.number ?? 0,
      protocol: server.port?.protocol ?? "",
      // The mode of one that says none (https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode).
      tlsMode: server.tls === undefined ? "" : (server.tls.mode ?? "PASSTHROUGH"),
      hosts: server.hosts ?? [],
      ...(server.bind === undefined || server.bind === "" ? {} : { bind: server.bind }),
    })),
  };
}

function readRule(object: KubeObject): RoutingFacts["destinationRules"][number] {
  const spec = (object["spec"] ?? {}) as RuleSpec;
  return {
    ...nameOf(object),
    host: spec.host ?? "",
    created: createdOf(object),
    own: isOwn(object),
    ...(isOwn(object) ? {} : { written: writtenBy(object) }),
    ...(spec.trafficPolicy === undefined ? {} : { trafficPolicy: trafficPolicyOf(spec.trafficPolicy) }),
    subsets: (spec.subsets ?? []).map((subset) => ({ name: subset.name, labels: subset.labels ?? {} })),
  };
}

function readVirtualService(object: KubeObject): RoutingFacts["virtualServices"][number] {
  const { http, tls, tcp } = (object["spec"] ?? {}) as RouteSpec;
  const destinations = (http ?? tls ?? tcp)?.[0]?.route ?? [];
  return {
    ...nameOf(object),
    ...(isOwn(object) ? {} : { foreign: writtenBy(object) }),
    weights: Object.fromEntries(
      destinations.map((one) => [one.destination?.subset ?? "", one.weight ?? (destinations.length === 1 ? 100 : 0)]),
    ),
  };
}

function isOwn({ metadata }: KubeObject): boolean {
  return metadata.labels?.[meshLabel] !== undefined;
}

function trafficPolicyOf({
  tls,
  loadBalancer,
}: NonNullable<RuleSpec["trafficPolicy"]>): NonNullable<RoutingFacts["destinationRules"][number]["trafficPolicy"]> {
  const { enabled = true, distribute = [] } = loadBalancer?.localityLbSetting ?? {};
  const distributesTo = enabled ? distribute.flatMap(({ to = {} }) => Object.keys(to)) : [];
  return {
    ...(tls?.mode === undefined ? {} : { tls: tls.mode }),
    ...(distributesTo.length === 0 ? {} : { distributesTo }),
  };
}

function writtenLast(objects: readonly KubeObject[]): readonly WrittenObject[] {
  return objects
    .flatMap((object): readonly WrittenObject[] => {
      const { at, by } = writtenBy(object);
      return at === "" ? [] : [{ kind: object.kind, ...nameOf(object), at, by: by === "" ? "somebody" : by }];
    })
    .toSorted((a, b) => compareText(b.at, a.at) || compareText(`${a.kind} ${a.name}`, `${b.kind} ${b.name}`))
    .slice(0, mostWritten);
}

function createdOf({ metadata }: KubeObject): string {
  const created = metadata["creationTimestamp"];
  return typeof created === "string" ? created : "";
}

function nameOf(object: KubeObject): { readonly namespace: string; readonly name: string } {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}
