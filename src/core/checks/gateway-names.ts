import { onceFor } from "../once-for.ts";
import { isAddress } from "../policies/address-block.ts";
import { compareText } from "../render/order.ts";
import type { IstiodPod } from "./control-plane-facts.ts";
import type { GatewayPlace } from "./gateway-place.ts";
import { formatPlace } from "./gateway-place.ts";

/** Gateways of one cluster as the proxies of another one have them. */
export interface ResolvedGateways {
  /** Places that every proxy has, and names for which no istiod has an address. */
  readonly expected: readonly GatewayPlace[];
  /** Places that some istiods have and others have not: DNS answers change between two questions. */
  readonly possible: readonly GatewayPlace[];
}

/** The host names among addresses, as load balancers of some clouds have them. */
export function hostNamesIn(addresses: readonly string[]): readonly string[] {
  return addresses.filter((one) => !isAddress(one));
}

/** What one istiod has of the gateways of networks. */
export type KnownGateways = IstiodPod["networkGateways"];

/** By networks, what one pod of istiod has of gateways. */
export const gatewaysByNetwork = onceFor(({ networkGateways }: IstiodPod): ReadonlyMap<string, KnownGateways> => {
  const networks = new Map<string, KnownGateways[number][]>();
  for (const one of networkGateways) {
    const found = networks.get(one.network) ?? [];
    found.push(one);
    networks.set(one.network, found);
  }
  return networks;
});

/** Whether an istiod's gateway is one of a cluster: found by its Service, or by the network alone, as `meshNetworks` says them. */
export function isGatewayOf(
  known: KnownGateways[number],
  { cluster, network }: { readonly cluster: string; readonly network: string },
): boolean {
  return known.network === network && (known.cluster === cluster || known.cluster === "");
}

/** Gateways of a cluster as istiods have them whom no Service tells: those that all have, and those that some have. Pure. */
export function toldGateways(
  of: { readonly cluster: string; readonly network: string },
  known: readonly KnownGateways[],
): ResolvedGateways {
  return sharedBy(known.map((gateways) => gateways.filter((one) => isGatewayOf(one, of))));
}

/**
 * A gateway whose address is a host name stands in proxies by the addresses
 * that their own cluster's istiod has resolved, each with its own DNS
 * (istio.io/istio, pilot/pkg/model/network.go). `known` is what each istiod of
 * the reading cluster says at /debug/networkz. Pure.
 */
export function resolveGateways(
  places: readonly GatewayPlace[],
  of: { readonly cluster: string; readonly network: string },
  known: readonly KnownGateways[],
): ResolvedGateways {
  const names = hostNamesIn(places.map(({ address }) => address));
  const named = places.filter(({ address }) => names.includes(address));
  const plain = places.filter(({ address }) => !names.includes(address));
  if (names.length === 0) {
    return { expected: plain, possible: [] };
  }
  const ports = new Set(named.map(({ port }) => port));
  const taken = new Set(plain.map(formatPlace));
  const found = known.map((gateways) =>
    gateways.filter(
      (one) => isGatewayOf(one, of) && ports.has(one.port) && isAddress(one.address) && !taken.has(formatPlace(one)),
    ),
  );
  const { expected, possible } = sharedBy(found);
  return {
    expected: [...plain, ...(expected.length + possible.length === 0 ? named : expected)],
    possible,
  };
}

function sharedBy(found: readonly (readonly GatewayPlace[])[]): ResolvedGateways {
  const all = new Map(found.flat().map(({ address, port }) => [formatPlace({ address, port }), { address, port }]));
  const sorted = [...all].toSorted(([a], [b]) => compareText(a, b));
  const isEverywhere = (key: string): boolean => found.every((ofPod) => ofPod.some((one) => formatPlace(one) === key));
  return {
    expected: sorted.filter(([key]) => isEverywhere(key)).map(([, place]) => place),
    possible: sorted.filter(([key]) => !isEverywhere(key)).map(([, place]) => place),
  };
}
