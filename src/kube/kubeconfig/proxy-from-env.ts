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
  const named = [env["NO_PROXY"], env["no_proxy"]].find((one) => (one ?? "") !== "") ?? "";
  const exceptions = named.split(",").map((one) => one.trim().toLowerCase());
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
  const { name, at } = splitPort(exception);
  if (at !== undefined && at !== port) {
    return false;
  }
  const family = isIP(name);
  if (family !== 0) {
    return inRange(name, family === 4 ? 32 : 128, host);
  }
  const ending = name.startsWith("*.") ? name.slice(1) : name;
  return ending.startsWith(".") ? host.endsWith(ending) : host === ending || host.endsWith(`.${ending}`);
}

/** An address of IPv6 has brackets where a port follows. */
function splitPort(exception: string): { readonly name: string; readonly at?: string } {
  const found = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(exception);
  const [name, at] = [found?.[1] ?? found?.[2], found?.[3]];
  return name === undefined || at === undefined ? { name: exception } : { name, at };
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
