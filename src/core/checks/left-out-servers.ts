import { compareText } from "../render/order.ts";
import type { GatewayObject, GatewayServer } from "./facts.ts";

/** As istiod sorts them: by age, those of one second by name, then namespace (pilot/pkg/model/config.go, sortConfigByCreationTime). */
function compareAge(one: GatewayObject, other: GatewayObject): number {
  return (
    compareText(one.created, other.created) ||
    compareText(one.name, other.name) ||
    compareText(one.namespace, other.namespace)
  );
}

/** A server that istiod leaves out. */
export interface Clash {
  readonly of: GatewayObject;
  /** The older one whose server it does not go with. */
  readonly by: GatewayObject;
  readonly port: number;
  /** What the older one has there, in words that follow "opens port 80 of the ingress gateway". */
  readonly words: string;
}

interface Taken {
  readonly server: GatewayServer;
  readonly by: GatewayObject;
}

/**
 * The servers that istiod leaves out of those of one proxy: it puts them all
 * together, the oldest Gateway first, and leaves out what does not go with what
 * it has: at a port with a server in plain text only further ones of HTTP, and
 * at one with TLS no host twice (istio.io/istio, pilot/pkg/model/gateway.go,
 * mergeGateways). A line of its log is all that says so. `portOf` gives the
 * port of the pods for one that a server names.
 */
export function leftOutServers(gateways: readonly GatewayObject[], portOf: (port: number) => number): readonly Clash[] {
  const plain = new Map<number, Taken>();
  const hosts = new Map<string, Taken>();
  const ordered = gateways.toSorted(compareAge);
  return ordered.flatMap((of) =>
    of.servers.flatMap((server): readonly Clash[] => {
      const port = portOf(server.port);
      const keys = server.tlsMode === "" ? [] : server.hosts.map((host) => `${port} ${server.bind ?? ""} ${host}`);
      const same = keys.find((key) => hosts.has(key));
      const twice = same === undefined ? undefined : hosts.get(same);
      if (twice !== undefined) {
        return [{ of, by: twice.by, port: server.port, words: `for host ${same?.split(" ").at(-1) ?? ""}` }];
      }
      keys.forEach((key) => hosts.set(key, { server, by: of }));
      const first = plain.get(port);
      if (
        first !== undefined &&
        (first.server.bind ?? "") === (server.bind ?? "") &&
        !goTogether(server, first.server)
      ) {
        return [{ of, by: first.by, port: server.port, words: `as ${first.server.protocol} in plain text` }];
      }
      if (first === undefined && !isTls(server)) {
        plain.set(port, { server, by: of });
      }
      return [];
    }),
  );
}

function goTogether(server: GatewayServer, first: GatewayServer): boolean {
  return isHttp(server) && isHttp(first);
}

function isTls(server: GatewayServer): boolean {
  return server.tlsMode !== "" && !isHttp(server);
}

/** The names of a port's protocol that Istio takes for HTTP in plain text (istio.io/istio, pkg/config/protocol/instance.go). */
const http: ReadonlySet<string> = new Set(["HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"]);

function isHttp({ protocol }: GatewayServer): boolean {
  return http.has(protocol.toUpperCase());
}
