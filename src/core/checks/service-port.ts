/** The parts of an EndpointSlice that say at which address and port which pod answers. */
export interface SliceShape {
  /** `discovery.k8s.io/v1`: IPv4, IPv6 or FQDN. */
  readonly addressType?: string;
  readonly ports?: readonly { readonly name?: string | null; readonly port?: number | null }[] | null;
  readonly endpoints?:
    | readonly {
        readonly addresses: readonly string[];
        readonly conditions?: { readonly ready?: boolean | null } | null;
        readonly targetRef?: { readonly kind?: string; readonly name?: string } | null;
      }[]
    | null;
}

/** The parts of a Service that its endpoints go by. */
export interface ServiceShape {
  readonly clusterIP?: string;
  readonly ports?: readonly { readonly name?: string; readonly port: number; readonly protocol?: string }[];
  readonly ipFamilies?: readonly string[];
}

/** An endpoint of one port of a Service. */
export interface ServiceEndpoint {
  readonly ready: boolean;
  /** Name of the pod; empty where the endpoint is none. */
  readonly pod: string;
  /** `address:port`, or `[address]:port` for IPv6. */
  readonly address: string;
}

/** The name that one port of a Service has in its EndpointSlices: empty for a port without one. Undefined where the Service has no such port. */
export function portNameOf(service: ServiceShape, port: number): string | undefined {
  const found = (service.ports ?? []).find(
    // A Service may have one number twice, for TCP and for UDP; a mesh routes the first.
    (one) => one.port === port && (one.protocol ?? "TCP") !== "UDP",
  );
  return found === undefined ? undefined : (found.name ?? "");
}

/** The ready ones of `allEndpointsOf`. */
export function endpointsOf(slices: readonly SliceShape[], portName: string | undefined): readonly ServiceEndpoint[] {
  return allEndpointsOf(slices, portName).filter(({ ready }) => ready);
}

/**
 * The endpoints of one port of a Service, or of all its ports without
 * `portName`. A slice carries the numbers of the pods that it lists, by the
 * names of the Service's ports: a named target port may be another number in
 * each pod, and then there is a slice for each
 * (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/).
 * An endpoint without a `ready` condition counts as ready. A pod that moves
 * from one slice to another may be in both, and is given once.
 */
export function allEndpointsOf(
  slices: readonly SliceShape[],
  portName: string | undefined,
): readonly ServiceEndpoint[] {
  const found = slices
    .filter((slice) => slice.addressType !== "FQDN")
    .flatMap((slice) => {
      const ports = (slice.ports ?? []).filter((one) => portName === undefined || (one.name ?? "") === portName);
      // Istio counts a port without a number, which means all of them, as 0.
      const numbers = ports.map((one) => one.port ?? 0);
      return (slice.endpoints ?? []).flatMap((endpoint) =>
        endpoint.addresses.flatMap((address) =>
          numbers.map((number) => ({
            ready: endpoint.conditions?.ready !== false,
            pod: endpoint.targetRef?.name ?? "",
            address: formatAddress(address, number),
          })),
        ),
      );
    });
  // Ready in one of its slices is ready.
  const readyLast = found.toSorted((a, b) => Number(a.ready) - Number(b.ready));
  const byAddress = new Map(readyLast.map((one) => [one.address, one]));
  return [...new Set(found.map((one) => one.address))].flatMap((address) => byAddress.get(address) ?? []);
}

/** `address:port` as URLs write it, with IPv6 addresses in brackets. */
export function formatAddress(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The family of an `address:port` in a Service's own words. */
export function familyOf(address: string): "IPv4" | "IPv6" {
  return address.startsWith("[") ? "IPv6" : "IPv4";
}
