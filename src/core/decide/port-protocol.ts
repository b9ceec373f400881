/** What Istio takes for something else than HTTP in clear. */
const others: ReadonlySet<string> = new Set(["tcp", "tls", "https", "mongo", "mysql", "redis", "udp"]);

/** Ports that Istio takes for TCP where neither name nor appProtocol says anything: SMTP, DNS, MySQL and MongoDB. */
const wellKnown: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** What a Service says of a port that Istio goes by. */
interface SaidOfPort {
  readonly name?: string;
  readonly appProtocol?: string;
  /** Without it no port is a well-known one. */
  readonly port?: number;
}

/**
 * The protocol of a Service's port where Istio's proxies do not read HTTP at it:
 * its `appProtocol`, else what its name begins with. Undefined for HTTP, and
 * for ports of which the proxies find out themselves.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function otherProtocol(port: SaidOfPort): string | undefined {
  const said = wordOf(port);
  if (others.has(said)) {
    return said;
  }
  return spoken[said] === undefined && port.port !== undefined && wellKnown.has(port.port) ? "tcp" : undefined;
}

/**
 * The word that decides. Each of the two texts is cut at its first dash, and
 * an `appProtocol` that Istio does not know hides the name
 * (pkg/config/kube/conversion.go of istio.io/istio, 1.31).
 */
function wordOf({ name = "", appProtocol }: SaidOfPort): string {
  const text = appProtocol ?? name;
  if (appProtocol?.startsWith("kubernetes.io/") === true) {
    return appProtocol;
  }
  const lower = text.toLowerCase();
  return lower.startsWith("grpc-web") ? "grpc-web" : (lower.split("-", 1)[0] ?? "");
}

/** What Istio's proxies speak at a port that says HTTP, by the words for it. */
const spoken: Readonly<Record<string, string>> = {
  http: "http",
  http_proxy: "http",
  "kubernetes.io/ws": "http",
  http2: "http2",
  grpc: "http2",
  "grpc-web": "http",
  "kubernetes.io/h2c": "http2",
  "kubernetes.io/wss": "https",
};

/**
 * What Istio's proxies speak at a Service's port (`http` is HTTP/1.1, `http2`
 * is what gRPC needs), by the same source; undefined where they find out
 * themselves.
 */
export function spokenProtocol(port: SaidOfPort): string | undefined {
  return otherProtocol(port) ?? spoken[wordOf(port)];
}
