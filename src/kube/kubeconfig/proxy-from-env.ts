import { BlockList, isIP } from "node:net";

/**
 * The proxy that the environment asks for when talking to `server`, as kubectl
 * reads it: HTTPS_PROXY or HTTP_PROXY by the server's scheme, minus NO_PROXY;
 * loopback never goes through one (https://pkg.go.dev/golang.org/x/net/http/httpproxy).
 */
export function findProxyInEnv(
  server: URL,
  env: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly variable: string } | undefined {
  const upper = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const variable = [upper, upper.toLowerCase()].find((name) => (env[name] ?? "") !== "");
  const proxy = variable === undefined ? undefined : env[variable];
  if (variable === undefined || proxy === undefined) {
    return undefined;
  }
  const host = server.hostname.replace(/^\[|\]$/g, "");
  const port = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
  const exceptions = (env["NO_PROXY"] ?? env["no_proxy"] ?? "").split(",").map((one) => one.trim());
  if (isLoopback(host) || exceptions.some((one) => covers(one, host, port))) {
    return undefined;
  }
  return { url: proxy.includes("://") ? proxy : `http://${proxy}`, variable };
}

function isLoopback(host: string): boolean {
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host === "::1" ||
    (isIP(host) === 4 && host.startsWith("127."))
  );
}

function covers(exception: string, host: string, port: string): boolean {
  if (exception === "" || exception === "*") {
    return exception === "*";
  }
  const range = /^(.+)\/(\d+)$/.exec(exception);
  if (range !== null) {
    return inRange(range[1] ?? "", Number(range[2]), host);
  }
  const withPort = /^(.*[^:]):(\d+)$/.exec(exception);
  if (withPort !== null && withPort[2] !== port) {
    return false;
  }
  const name = (withPort?.[1] ?? exception).toLowerCase().replace(/^\*?\./, ".");
  return name.startsWith(".") ? host.endsWith(name) : host === name || host.endsWith(`.${name}`);
}

function inRange(network: string, bits: number, host: string): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || bits > (family === 4 ? 32 : 128)) {
    return false;
  }
  const list = new BlockList();
  const name = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(network, bits, name);
  return list.check(host, name);
}
