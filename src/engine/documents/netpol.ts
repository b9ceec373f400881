import type { PolicyMatrix } from "../../core/netpol/policy-matrix.ts";
import type { Hop } from "../../core/netpol/trace-connection.ts";
import type { SideVerdict } from "../../core/policies/network-policy.ts";
import type { Reach } from "../../core/policies/reach.ts";
import { nameOfPeer } from "../../core/policies/policy-pod.ts";
import type { ConnectionTest, ReachMatrices } from "../../core/netpol/results.ts";

/** One connection as NetworkPolicies decide it, `kind: ConnectionTest`. Rules count from 1. */
export function connectionDocument({ answer, trace, unreachable }: ConnectionTest): object {
  const { kind: _, paths, ...rest } = trace;
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "ConnectionTest",
    answer,
    ...rest,
    paths: paths.map(({ hops, ...path }) => ({ ...path, hops: hops.map(hopOf) })),
    unreachable,
  };
}

/** Who may reach whom in each cluster, `kind: PolicyMatrix`; a cell for each pair and port, with what decides it for the first pods of both. */
export function matrixDocument({ matrices, unreachable }: ReachMatrices): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "PolicyMatrix",
    clusters: matrices.map(clusterOf),
    unreachable,
  };
}

function clusterOf(matrix: PolicyMatrix): object {
  const { cluster, sources, destinations, cells, otherPolicies } = matrix;
  return {
    cluster,
    ends: destinations.map(({ name, peers, ports }) => ({ name, members: peers.map(nameOfPeer), ports })),
    cells: cells.flatMap((row, from) =>
      row.flatMap((ports, to) =>
        (ports ?? []).map(({ port, protocol, open, unsure }) => ({
          from: sources[from]?.name,
          to: destinations[to]?.name,
          port,
          protocol,
          open,
          ...unsureOf({ unsure }),
          ...reachOf(matrix.decide(from, to, { port, protocol })),
        })),
      ),
    ),
    otherPolicies,
  };
}

function hopOf({ reach, ...hop }: Hop): object {
  return { ...hop, open: reach.open, ...unsureOf(reach), ...reachOf(reach) };
}

function reachOf(reach: Reach | undefined): object {
  return {
    families: (reach?.families ?? []).map(({ family, open, unsure, egress, ingress }) => ({
      ...(family === undefined ? {} : { family }),
      open,
      ...unsureOf({ unsure }),
      ...(egress === undefined ? {} : { egress: sideOf(egress) }),
      ...(ingress === undefined ? {} : { ingress: sideOf(ingress) }),
    })),
  };
}

function sideOf({ open, unsure, exempt, isolating, admitting }: SideVerdict): object {
  return {
    open,
    ...unsureOf({ unsure }),
    ...(exempt === undefined ? {} : { exempt }),
    isolating: isolating.map((policy) => `${policy.namespace}/${policy.name}`),
    admitting: admitting.map(({ policy, rule }) => ({ policy: `${policy.namespace}/${policy.name}`, rule: rule + 1 })),
  };
}

/** Beside `open`, where that is not proven. */
function unsureOf({ unsure }: { readonly unsure?: true | undefined }): object {
  return unsure === undefined ? {} : { unsure };
}
