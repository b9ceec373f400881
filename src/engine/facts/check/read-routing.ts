import type { RoutingFacts } from "../../../core/checks/facts.ts";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { listKnown } from "./list-known.ts";

interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly {
    readonly port?: { readonly number?: number };
    readonly tls?: { readonly mode?: string };
    readonly hosts?: readonly string[];
  }[];
}

interface RuleSpec {
  readonly host?: string;
  readonly subsets?: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
}

interface RouteSpec {
  readonly http?: readonly {
    readonly route?: readonly { readonly weight?: number; readonly destination?: { readonly subset?: string } }[];
  }[];
}

/** Istio's routing objects in the given namespaces, in the version that the mesh's Istio serves (v1 from 1.22 on), reduced to what the checks compare; none where Istio is not installed. */
export async function readRouting(
  client: KubeClient,
  { apiVersion, namespaces }: { readonly apiVersion: string; readonly namespaces: readonly string[] },
  signal: AbortSignal,
): Promise<RoutingFacts> {
  const read = async (kind: string): Promise<readonly KubeObject[]> =>
    listKnown(client, { apiVersion, kind }, namespaces, signal);
  const [gateways, rules, routes] = await Promise.all([
    read("Gateway"),
    read("DestinationRule"),
    read("VirtualService"),
  ]);
  return {
    gateways: gateways.map((object) => {
      const spec = (object["spec"] ?? {}) as GatewaySpec;
      return {
        ...nameOf(object),
        selector: spec.selector ?? {},
        servers: (spec.servers ?? []).map((server) => ({
          port: server.port?.number ?? 0,
          tlsMode: server.tls?.mode ?? "",
          hosts: server.hosts ?? [],
        })),
      };
    }),
    destinationRules: rules.map((object) => {
      const spec = (object["spec"] ?? {}) as RuleSpec;
      return {
        ...nameOf(object),
        host: spec.host ?? "",
        subsets: (spec.subsets ?? []).map((subset) => ({ name: subset.name, labels: subset.labels ?? {} })),
      };
    }),
    virtualServices: routes.map((object) => {
      const destinations = ((object["spec"] ?? {}) as RouteSpec).http?.[0]?.route ?? [];
      return {
        ...nameOf(object),
        weights: Object.fromEntries(
          destinations.map((one) => [
            one.destination?.subset ?? "",
            one.weight ?? (destinations.length === 1 ? 100 : 0),
          ]),
        ),
      };
    }),
  };
}

function nameOf(object: KubeObject): { readonly namespace: string; readonly name: string } {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
}
