import type { KubeObject } from "../model/kube-object.ts";
import type { AskedRoutes, HeldRoutes, RouteShares } from "./route-table.ts";
import { nameOf, sharesOf } from "./route-table.ts";

interface ConnectionSpec {
  readonly gateways?: readonly string[];
  readonly tls?: readonly {
    readonly match?: readonly { readonly sniHosts?: readonly string[] }[];
    readonly route?: readonly {
      readonly destination?: { readonly host?: string; readonly subset?: string };
      readonly weight?: number;
    }[];
  }[];
  readonly tcp?: unknown;
}

/** What ingress gateways have of connections, among their routes: the name in a handshake, with what no other key begins with. */
const keyStart = "TLS for ";

/** Whether a VirtualService shares out connections, and no requests. */
export function isOfConnections(virtualService: KubeObject): boolean {
  const { tls, tcp } = specOf(virtualService);
  return tls !== undefined || tcp !== undefined;
}

/** Whether proxies have to be asked for their listeners to hold something against this. */
export function asksConnections(asked: readonly AskedRoutes[]): boolean {
  return asked.some(({ key }) => key.startsWith(keyStart));
}

/**
 * What ingress gateways have to hold of a VirtualService of connections: for
 * each name in a handshake one way, by the weights. Nothing of one for sidecars.
 */
export function askConnections(virtualService: KubeObject): readonly AskedRoutes[] {
  return (specOf(virtualService).tls ?? []).flatMap(({ match = [], route = [] }) => {
    const shares = sharesOf(
      route.map(({ destination, weight }) => ({
        name: nameOf(destination?.host ?? "", destination?.subset ?? ""),
        weight: weight ?? (route.length === 1 ? 1 : 0),
      })),
    );
    return match
      .flatMap(({ sniHosts = [] }) => sniHosts)
      .map((host) => ({ key: `${keyStart}${host}`, asked: [{ path: "", shares }], others: [] }));
  });
}

function specOf(virtualService: KubeObject): ConnectionSpec {
  return (virtualService["spec"] ?? {}) as ConnectionSpec;
}

/** Envoy's admin page `/config_dump?resource=dynamic_listeners`, as far as it leads connections on. */
export interface ListenerDump {
  readonly configs?: readonly {
    readonly active_state?: {
      readonly listener?: {
        readonly filter_chains?: readonly {
          readonly filter_chain_match?: { readonly server_names?: readonly string[] };
          readonly filters?: readonly { readonly typed_config?: TcpProxy }[];
        }[];
      };
    };
  }[];
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto */
interface TcpProxy {
  readonly cluster?: string;
  readonly weighted_clusters?: { readonly clusters?: readonly { readonly name: string; readonly weight?: number }[] };
}

/** By the same keys where the connections of each name go that a proxy's listeners lead on. */
export function connectionsHeld(dump: ListenerDump): HeldRoutes {
  const held = new Map<string, readonly RouteShares[]>();
  for (const { active_state } of dump.configs ?? []) {
    for (const { filter_chain_match: match, filters = [] } of active_state?.listener?.filter_chains ?? []) {
      const shares = filters.flatMap(({ typed_config: config }) => (config === undefined ? [] : leadsTo(config)));
      for (const name of match?.server_names ?? []) {
        const key = `${keyStart}${name}`;
        held.set(key, [...(held.get(key) ?? []), ...shares.map((one) => ({ path: "", shares: one }))]);
      }
    }
  }
  return held;
}

function leadsTo({ cluster, weighted_clusters }: TcpProxy): readonly RouteShares["shares"][] {
  const clusters = weighted_clusters?.clusters ?? (cluster === undefined ? [] : [{ name: cluster, weight: 1 }]);
  return clusters.length === 0
    ? []
    : [
        sharesOf(
          clusters.map(({ name, weight = 0 }) => {
            const [, , subset = "", host = name] = name.split("|");
            return { name: nameOf(host, subset), weight };
          }),
        ),
      ];
}
