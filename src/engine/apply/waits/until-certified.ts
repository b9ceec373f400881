import { setTimeout as pause } from "node:timers/promises";
import { errorOf, warningOf } from "../../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import { istioNamespace } from "../../../core/render/names.ts";
import { createLimiter } from "../../../kube/limiter.ts";
import { readGatewayPods } from "../../facts/gateway-pods.ts";
import { readProxySecrets } from "../../facts/proxy-secrets.ts";
import type { ProxyCluster } from "./proxy-cluster.ts";
import type { WaitUntilSyncedOptions } from "./until-synced.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

/** A route that is served over TLS. */
export interface SecureRoute {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly secret: string;
}

const pollMs = 100;
/** istiod sends a Secret that is there with its push, 0.1 to 0.2 s after the listener; what has not come by then nobody is about to make. */
const longestMs = 5000;
/** How many gateways of a cluster are asked at the same time: each is a tunnel. */
const askedAtATime = 8;

/** The routes of a mesh that are served over TLS, or those of one of its services. */
export function secureRoutes(services: Mesh["services"]): readonly SecureRoute[] {
  return services.flatMap(({ routes }) =>
    routes.flatMap(({ name, hosts, tls }) => (tls === undefined ? [] : [{ name, hosts, secret: tls.secretName }])),
  );
}

/**
 * Returns when every ready pod of the ingress gateway has the certificates of
 * these routes, or after 5 s with an error (ISM529) for each Secret that is
 * still awaited: the proxies hold the route then and reset its connections.
 * What they have neither got nor asked for, and what cannot be asked, was not
 * seen: a warning (ISM323).
 */
export async function waitUntilCertified(
  one: ProxyCluster,
  routes: readonly SecureRoute[],
  options: Pick<WaitUntilSyncedOptions, "signal" | "onPending" | "timeoutMs">,
): Promise<readonly Diagnostic[]> {
  if (routes.length === 0) {
    return [];
  }
  const started = Date.now();
  const names = new Set(routes.map(({ secret }) => secret));
  for (;;) {
    const { awaited, silent } = await readAwaited(one, names, options.signal);
    const missing = [...names].filter((name) => awaited.has(name)).toSorted();
    if (missing.length === 0 && silent.length === 0) {
      return [];
    }
    if (Date.now() - started >= Math.min(longestMs, options.timeoutMs)) {
      return [
        ...missing.map((secret) => uncertified(one, { secret, pods: awaited.get(secret) ?? [], routes })),
        ...silent.map(({ pod, why }) => unproven(one, pod, why)),
      ];
    }
    options.onPending(
      `waiting for gateways: ${[...missing.map((name) => `certificate ${name}`), ...silent.map(({ pod }) => pod)].join(", ")}`,
    );
    await pause(pollMs, undefined, { signal: options.signal });
  }
}

interface Awaited {
  /** Secret → the pods that wait for it. */
  readonly awaited: ReadonlyMap<string, readonly string[]>;
  readonly silent: readonly { readonly pod: string; readonly why: string }[];
}

async function readAwaited(
  { client }: ProxyCluster,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Awaited> {
  const { ready } = await readGatewayPods(client, signal);
  const limiter = createLimiter(askedAtATime);
  const awaited = new Map<string, string[]>();
  const silent: { readonly pod: string; readonly why: string }[] = [];
  await Promise.all(
    ready.map(async (pod) => {
      try {
        const secrets = await limiter.run(signal, async () => readProxySecrets(client, pod, signal));
        secrets.awaited.forEach((secret) => awaited.set(secret, [...(awaited.get(secret) ?? []), pod.name]));
        const known = new Set([...secrets.held, ...secrets.awaited]);
        const unasked = [...wanted].filter((secret) => !known.has(secret)).toSorted();
        if (unasked.length > 0) {
          silent.push({ pod: pod.name, why: `it has not asked for ${unasked.join(", ")}` });
        }
      } catch (error) {
        signal.throwIfAborted();
        silent.push({ pod: pod.name, why: (error as Error).message });
      }
    }),
  );
  return { awaited, silent };
}

function uncertified(
  one: ProxyCluster,
  found: { readonly secret: string; readonly pods: readonly string[]; readonly routes: readonly SecureRoute[] },
): Diagnostic {
  const { secret, pods, routes } = found;
  const lacking = routes.filter((route) => route.secret === secret);
  const hosts = [...new Set(lacking.flatMap((route) => route.hosts))].join(", ");
  const kubectl = `${kubectlLine(one.context)} -n ${istioNamespace}`;
  return {
    ...errorOf("ISM529"),
    detail: `${pods.toSorted().join(", ")} of ${one.name} ${pods.length === 1 ? "waits" : "wait"} for Secret ${istioNamespace}/${secret}, and ${pods.length === 1 ? "resets" : "reset"} TLS connections for ${hosts} (${lacking.map(({ name }) => `route ${name}`).join(", ")}).`,
    fix: `Put the certificate of ${hosts} there, or see what is wrong with it (isthmus check): ${kubectl} create secret tls ${secret} --cert=FILE --key=FILE --dry-run=client -o yaml | ${kubectlLine(one.context)} apply -f -`,
    cluster: one.name,
    object: { group: "", kind: "Secret", namespace: istioNamespace, name: secret },
  };
}

function unproven(one: ProxyCluster, pod: string, why: string): Diagnostic {
  return {
    ...warningOf("ISM323"),
    detail: `${pod} of ${one.name} does not say which certificates it has: ${why}. Whether it serves the routes over TLS was not seen.`,
    fix: "See what its gateways lack: isthmus check",
    cluster: one.name,
  };
}
