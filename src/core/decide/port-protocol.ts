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
