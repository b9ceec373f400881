import type { DnsValue } from "./dns-records.ts";

/** What a record of an address is, without its name. */
export type AddressValue = Pick<DnsValue, "value"> & { readonly type: "A" | "AAAA" };

/**
 * The record for an IP address, in the one spelling of it (RFC 5952 for IPv6);
 * undefined for what is no address, such as the host name of a load balancer.
 */
export function addressValue(address: string): AddressValue | undefined {
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) {
    const octets = address.split(".").map(Number);
    return octets.every((one) => one <= 255) ? { type: "A", value: octets.join(".") } : undefined;
  }
  const isPlain = /^[0-9a-f:.]+$/i.test(address) && address.includes(":");
  return isPlain && URL.canParse(`http://[${address}]/`)
    ? { type: "AAAA", value: new URL(`http://[${address}]/`).hostname.slice(1, -1) }
    : undefined;
}
