import type { Cluster, Mesh, Service } from "../model/mesh.ts";
import { crossNetworkPort } from "../render/names.ts";
import { compareText } from "../render/order.ts";

/** What one cluster really runs and offers to the others. */
export interface ClusterEndpoints {
  /** Version → addresses of its ready pods. */
  readonly podsOf: Readonly<Record<string, readonly string[]>>;
  /** Addresses of the east-west gateway. */
  readonly gateways: readonly string[];
}

/** One ingress proxy's endpoints of one version, as `address:port` of the network, `address` compared without port for pods. */
export interface EndpointFinding {
  readonly cluster: string;
  readonly version: string;
  readonly expected: readonly string[];
  readonly seen: readonly string[];
  /** Expected, not seen. */
  readonly missing: readonly string[];
  /** Seen, not expected: pod addresses of another network belong here. */
  readonly foreign: readonly string[];
  readonly ok: boolean;
}

/**
 * The endpoints that a proxy in `cluster` must have for a version: pods of
 * its own network by their addresses, every other cluster that runs the
 * version by its east-west gateways on 15443 (the runbook's own proof, and facts 2.6).
 */
export function expectedEndpoints(
  mesh: Mesh,
  service: Service,
  version: string,
  cluster: Cluster,
  actual: Readonly<Record<string, ClusterEndpoints>>,
): readonly string[] {
  const runs = service.versions.find((one) => one.name === version)?.clusters ?? [];
  const expected = mesh.clusters
    .filter((other) => runs.includes(other.name))
    .flatMap((other) => {
      const pods = actual[other.name]?.podsOf[version] ?? [];
      if (other.network === cluster.network) {
        return pods;
      }
      return pods.length === 0
        ? []
        : (actual[other.name]?.gateways ?? []).map((address) => `${address}:${crossNetworkPort}`);
    });
  return [...new Set(expected)].sort(compareText);
}

/** Compares what a proxy has with what it must have. Pods are compared by address and port as given on both sides. */
export function compareEndpoints(
  place: { readonly cluster: string; readonly version: string },
  expected: readonly string[],
  seen: readonly string[],
): EndpointFinding {
  const missing = expected.filter((one) => !seen.includes(one));
  const foreign = seen.filter((one) => !expected.includes(one));
  return {
    ...place,
    expected,
    seen: [...seen].sort(compareText),
    missing,
    foreign,
    ok: missing.length === 0 && foreign.length === 0 && expected.length > 0,
  };
}
