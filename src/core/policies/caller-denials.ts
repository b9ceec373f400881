import type { MeshFacts, ReachedCluster } from "../checks/facts.ts";
import type { PodFacts } from "../checks/pod-facts.ts";
import { reachedClusters } from "../checks/reached.ts";
import type { Service } from "../model/mesh.ts";
import { meshGateway } from "../render/names.ts";
import type { AuthorizedClient, Denial } from "./authorization.ts";
import { denialOf } from "./authorization.ts";
import { clientIn } from "./client-in.ts";
import { serviceIn, servicePods, targetPortOf } from "./service-pods.ts";

/** Calls between services of the mesh that a policy refuses, whatever they ask. */
export interface CallerDenial {
  readonly denial: Denial;
  readonly service: Service;
  /** The namespaces whose pods are refused, sorted. */
  readonly from: readonly string[];
  /** True where it refuses the pods of all other services. */
  readonly everybody: boolean;
}

/**
 * Which services of the mesh the policies of a cluster keep from a service
 * there. Who calls whom is not in the mesh file: a policy that lists whom it
 * denies is told; one that lists whom it lets in is told only where it lets in
 * none of them, since leaving the rest out is what it is for, and where the
 * service is called inside at all.
 */
export function callerDenials(facts: MeshFacts, one: ReachedCluster, service: Service): readonly CallerDenial[] {
  const here = serviceIn(one, service);
  const clients = clientsOf(facts, service);
  if (here === undefined || clients.length === 0) {
    return [];
  }
  const found = new Map<string, { readonly denial: Denial; readonly clients: Set<AuthorizedClient> }>();
  for (const pod of servicePods(one, service)) {
    const port = targetPortOf(here, service.port, pod);
    for (const [client, denial] of port === undefined ? [] : denialsOf(one, pod, { port, clients })) {
      const key = `${denial.kind} ${denial.policy.namespace}/${denial.policy.name}`;
      const known = found.get(key) ?? { denial, clients: new Set() };
      known.clients.add(client);
      found.set(key, known);
    }
  }
  return [...found.values()].flatMap(({ denial, clients: denied }): readonly CallerDenial[] => {
    const everybody = denied.size === clients.length;
    const from = [...new Set([...denied].map(({ namespace }) => namespace))].toSorted();
    return listsDenied(denial) || (everybody && isCalledInside(service)) ? [{ denial, service, from, everybody }] : [];
  });
}

function denialsOf(
  { authorizationPolicies: policies }: ReachedCluster,
  pod: PodFacts,
  { port, clients }: { readonly port: number; readonly clients: readonly AuthorizedClient[] },
): readonly (readonly [AuthorizedClient, Denial])[] {
  // What refuses everybody is another finding.
  return !pod.proxy || denialOf(policies, pod, { port }) !== undefined
    ? []
    : clients.flatMap((client) => {
        const denial = denialOf(policies, pod, { port, client });
        return denial === undefined ? [] : [[client, denial] as const];
      });
}

/** What the pods of other services are to a policy, each once. */
function clientsOf(facts: MeshFacts, service: Service): readonly AuthorizedClient[] {
  const clients = facts.mesh.services
    .filter((other) => other !== service)
    .flatMap((other) =>
      reachedClusters(facts).flatMap((one) =>
        servicePods(one, other)
          .filter(({ proxy }) => proxy)
          .map((pod) => clientIn(one, pod)),
      ),
    );
  return [...new Map(clients.map((client) => [`${client.namespace}/${client.serviceAccount}`, client])).values()];
}

/** A service with routes at the ingress alone may well let in nobody but the gateway. */
function isCalledInside({ routes }: Service): boolean {
  return routes.length === 0 || routes.some(({ gateways }) => gateways.includes(meshGateway));
}

/** A rule by what clients are not lets the rest in. */
function listsDenied({ kind, policy }: Denial): boolean {
  return (
    kind === "listed" && policy.rules.every(({ from }) => from.every((source) => Object.keys(source).every(isPositive)))
  );
}

function isPositive(field: string): boolean {
  return !field.startsWith("not");
}
