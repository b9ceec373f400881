/** What Istio takes for something else than HTTP in clear. */
const others: ReadonlySet<string> = new Set(["tcp", "tls", "https", "mongo", "mysql", "redis", "udp"]);

/**
 * The protocol of a Service's port where Istio's proxies do not read HTTP at it:
 * its `appProtocol`, else what its name begins with. Undefined for HTTP, and
 * for ports of which the proxies find out themselves.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/
 */
export function otherProtocol({
  name = "",
  appProtocol,
}: {
  readonly name?: string;
  readonly appProtocol?: string;
}): string | undefined {
  const said = (appProtocol ?? name.split("-", 1)[0] ?? "").toLowerCase();
  return others.has(said) ? said : undefined;
}

/** What Istio's proxies speak at a port that says HTTP, by the words for it. */
const spoken: Readonly<Record<string, string>> = {
  http: "http",
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
export function spokenProtocol(port: { readonly name?: string; readonly appProtocol?: string }): string | undefined {
  const { name = "", appProtocol } = port;
  const words = (
    appProtocol ?? (name.startsWith("grpc-web") ? "grpc-web" : (name.split("-", 1)[0] ?? ""))
  ).toLowerCase();
  return otherProtocol(port) ?? spoken[words];
}
