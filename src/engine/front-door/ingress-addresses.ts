import { Resolver } from "node:dns/promises";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../core/diagnostics/coded.ts";
import { addressValue } from "../../core/front-door/dns-addresses.ts";
import { createLimiter } from "../../kube/limiter.ts";

/** The IP addresses of ingress gateways by cluster, `keep` where they are not known. */
export interface IngressAddresses {
  readonly addresses: Readonly<Record<string, readonly string[] | "keep">>;
  /** Load balancers that have host names (ISM641). */
  readonly warnings: readonly Diagnostic[];
}

/** How long the resolver may take for one name. */
const lookUpMs = 3000;
const inFlight = 8;

/**
 * The IP addresses behind what the clusters' ingress Services have, undefined
 * for a cluster of which that is not known. A name of several records cannot be
 * an alias, so that the host name of a load balancer is looked up by this
 * machine's resolver, each time anew: its addresses may change, and only the
 * next sync follows them. A name without an address leaves the cluster as it is in DNS.
 */
export async function resolveIngress(
  services: Readonly<Record<string, readonly string[] | undefined>>,
  signal: AbortSignal,
  lookUp: (host: string) => Promise<readonly string[]> = lookUpAll,
): Promise<IngressAddresses> {
  const limiter = createLimiter(inFlight);
  const warnings: Diagnostic[] = [];
  const resolved = await Promise.all(
    Object.entries(services).map(async ([cluster, all]) => {
      if (all === undefined) {
        return [cluster, "keep" as const] as const;
      }
      const hosts = all.filter((one) => addressValue(one) === undefined);
      const found = await Promise.all(hosts.map(async (host) => limiter.run(signal, async () => lookUp(host))));
      const isUnknown = found.some((addresses) => addresses.length === 0);
      warnings.push(...hosts.map((host, index) => ofHost(cluster, host, found[index] ?? [])));
      const own = all.flatMap((one) => addressValue(one)?.value ?? []);
      return [cluster, isUnknown ? ("keep" as const) : [...new Set([...own, ...found.flat()])].toSorted()] as const;
    }),
  );
  return { addresses: Object.fromEntries(resolved), warnings };
}

async function lookUpAll(host: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: lookUpMs, tries: 1 });
  const found = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return found.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

function ofHost(cluster: string, host: string, addresses: readonly string[]): Diagnostic {
  return addresses.length === 0
    ? {
        ...warningOf("ISM641"),
        detail: `The load balancer of ${cluster} is called ${host}, and this machine's resolver has no address of it. What the names have of ${cluster} was left as it is.`,
        fix: `See whether ${host} resolves here, then run isthmus dns sync again.`,
        cluster,
      }
    : {
        ...warningOf("ISM641"),
        detail: `The load balancer of ${cluster} is called ${host}, which is ${addresses.join(", ")} now. These addresses are published, since a name with several addresses cannot be an alias; where they change, names lead to the old ones until the next sync.`,
        fix: "Run isthmus dns sync --watch, which follows them, or give the load balancer fixed addresses.",
        cluster,
      };
}
