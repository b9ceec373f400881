import { isAddress } from "../policies/address-block.ts";
import { crossNetworkPort } from "../render/names.ts";
import { compareText } from "../render/order.ts";
import type { IstiodPod } from "./control-plane-facts.ts";

/** Gateways of one cluster as the proxies of another one have them. */
export interface ResolvedGateways {
  /** Addresses that every proxy has, and names for which no istiod has an address. */
  readonly expected: readonly string[];
  /** Addresses that some istiods have and others have not: DNS answers change between two questions. */
  readonly possible: readonly string[];
}

/** The host names among the addresses of a Service, as load balancers of some clouds have them. */
export function hostNamesIn(addresses: readonly string[]): readonly string[] {
  return addresses.filter((one) => !isAddress(one));
}

/**
 * A gateway whose address is a host name stands in proxies by the addresses
 * that their own cluster's istiod has resolved, each with its own DNS
 * (istio.io/istio, pilot/pkg/model/network.go). `known` is what each istiod of
 * the reading cluster says at /debug/networkz. Pure.
 */
export function resolveGateways(
  addresses: readonly string[],
  cluster: string,
  known: readonly IstiodPod["networkGateways"][],
): ResolvedGateways {
  const names = hostNamesIn(addresses);
  const plain = addresses.filter((one) => !names.includes(one));
  if (names.length === 0) {
    return { expected: plain, possible: [] };
  }
  const found = known.map((gateways) =>
    gateways
      .filter((one) => one.cluster === cluster && one.port === crossNetworkPort)
      .map((one) => one.address)
      .filter((one) => isAddress(one) && !plain.includes(one)),
  );
  const all = [...new Set(found.flat())].toSorted(compareText);
  const everywhere = all.filter((one) => found.every((addressesOfPod) => addressesOfPod.includes(one)));
  return {
    expected: [...plain, ...(all.length === 0 ? names : everywhere)],
    possible: all.filter((one) => !everywhere.includes(one)),
  };
}
