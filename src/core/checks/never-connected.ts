import { onceFor } from "../once-for.ts";
import { ingressGateway } from "../render/names.ts";
import type { ReachedCluster } from "./facts.ts";
import { answeringPods } from "./gateways/proxies-answer.ts";
import type { ProxyClusterFacts } from "./proxy-facts.ts";

/** Fewer may be an endpoint that was just starting. */
export const sureTries = 3;

/** What one proxy has tried in vain. */
export interface Failures {
  readonly tries: number;
  readonly addresses: readonly string[];
}

/** Of every proxy the endpoints with which no connection has come about, ever or while check looked: few, where all is well. */
const unconnectedOf = onceFor(
  (reader: ReachedCluster): readonly (readonly [pod: string, ProxyClusterFacts["endpoints"]])[] => {
    const proxies: readonly (readonly [string, readonly ProxyClusterFacts[]])[] = [
      ...answeringPods(reader, ingressGateway).map(({ name, config }) => [name, config.clusters] as const),
      ...reader.callers.map(({ namespace, name, clusters }) => [`${namespace}/${name}`, clusters] as const),
    ];
    return proxies.flatMap(([name, clusters]) => {
      const found = clusters
        .flatMap(({ endpoints }) => endpoints)
        .filter(({ neverConnected, failing }) => neverConnected !== undefined || failing !== undefined);
      return found.length === 0 ? [] : [[name, found] as const];
    });
  },
);

/** Pod of `reader` → its connections to these endpoints (`address:port`), of which none came about. */
export function failuresOf(reader: ReachedCluster, endpoints: ReadonlySet<string>): ReadonlyMap<string, Failures> {
  return new Map(
    unconnectedOf(reader).flatMap(([name, tried]) => {
      const asked = tried.filter(
        ({ address, neverConnected }) => neverConnected !== undefined && endpoints.has(address),
      );
      return asked.length === 0
        ? []
        : [
            [
              name,
              {
                tries: asked.reduce((sum, { neverConnected = 0 }) => sum + neverConnected, 0),
                addresses: [...new Set(asked.map(({ address }) => address))],
              },
            ],
          ];
    }),
  );
}

/**
 * Pod of `reader` → its connections to these endpoints that failed while check
 * looked, where nothing was answered there meanwhile: those of before are no
 * proof that a network lets something through. `failing` is counted by address.
 */
export function failingNow(reader: ReachedCluster, endpoints: ReadonlySet<string>): ReadonlyMap<string, Failures> {
  return new Map(
    unconnectedOf(reader).flatMap(([name, tried]) => {
      const tries = new Map(
        tried.flatMap(({ address, failing }) =>
          failing !== undefined && endpoints.has(address) ? [[address, failing] as const] : [],
        ),
      );
      const sum = [...tries.values()].reduce((all, one) => all + one, 0);
      return sum === 0 ? [] : [[name, { tries: sum, addresses: [...tries.keys()] }]];
    }),
  );
}

/** All of them together. */
export function sumOf(failed: ReadonlyMap<string, Failures>): Failures {
  const all = [...failed.values()];
  return {
    tries: all.reduce((sum, { tries }) => sum + tries, 0),
    addresses: [...new Set(all.flatMap(({ addresses }) => addresses))],
  };
}
