import type { ReachedCluster } from "./facts.ts";
import type { ProxySyncFacts } from "./pod-facts.ts";

/**
 * The proxies that are connected to an istiod of the cluster, each once: one
 * that has just come back stands there twice for a moment, and what counts is
 * the connection that is better off.
 */
export function connectedProxies(one: ReachedCluster): readonly ProxySyncFacts[] {
  const byPod = new Map<string, ProxySyncFacts>();
  for (const proxy of one.istiod.pods.flatMap((pod) => pod.proxies)) {
    const key = `${proxy.namespace}/${proxy.name}`;
    const known = byPod.get(key);
    if (known === undefined || flaws(proxy) < flaws(known)) {
      byPod.set(key, proxy);
    }
  }
  return [...byPod.values()];
}

function flaws({ refused, behind }: ProxySyncFacts): number {
  return refused.length + behind.length;
}
