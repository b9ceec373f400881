import type { ClusterEndpoints, EndpointFinding } from "../checks/endpoint-table.ts";
import { clustersOf, podsIn } from "../checks/endpoint-table.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Mesh, Route, Service } from "../model/mesh.ts";
import { kubectlLine } from "../kubectl-line.ts";

/** What one cluster's ingress gateway has of a service, or why that is not known. */
export type IngressView =
  | {
      readonly cluster: string;
      /** How many pods of the gateway run. */
      readonly pods: number;
      readonly endpoints: readonly EndpointFinding[];
    }
  | { readonly cluster: string; readonly problem: string };

export interface ShiftFacts {
  readonly mesh: Mesh;
  readonly service: Service;
  /** With the weights that it is to have. */
  readonly route: Route;
  /** Versions that are to get more than before. */
  readonly raised: readonly string[];
  /** Cluster → what it runs; clusters that do not answer are left out. */
  readonly actual: Readonly<Record<string, ClusterEndpoints>>;
  readonly views: readonly IngressView[];
  /** Cluster → its kubeconfig context. */
  readonly contexts: Readonly<Record<string, string>>;
}

/**
 * Versions that would get requests and could not answer them: an error for each
 * that runs nowhere, and for each ingress that has no endpoint of it; a warning
 * for each ingress that could not be looked at.
 */
export function findUnservedVersions(facts: ShiftFacts): readonly Diagnostic[] {
  const dead = facts.raised.filter((version) => isDead(facts, version));
  const living = facts.raised.filter((version) => !dead.includes(version));
  return [
    ...dead.map((version) => nobodyRuns(facts, version)),
    ...facts.views.flatMap((view): readonly Diagnostic[] => {
      if ("problem" in view) {
        return [notSeen(view.cluster, view.problem)];
      }
      if (view.pods === 0) {
        return [notSeen(view.cluster, "no pod of istio-ingressgateway runs there")];
      }
      const unserved = living.filter((version) =>
        view.endpoints.some((finding) => finding.version === version && finding.seen.length === 0),
      );
      return unserved.map((version) => notKnown(facts, view, version));
    }),
  ];
}

/** No pod of it is ready, as far as all clusters that run it answer. */
function isDead({ mesh, service, actual }: ShiftFacts, version: string): boolean {
  const runs = service.versions.find(({ name }) => name === version)?.clusters ?? [];
  const clusters = mesh.clusters.filter(({ name }) => runs.includes(name));
  return clusters.every(({ name }) => name in actual && podsIn(actual[name], version).length === 0);
}

function nobodyRuns({ service, route, actual, contexts }: ShiftFacts, version: string): Diagnostic {
  const clusters = service.versions.find(({ name }) => name === version)?.clusters ?? [];
  const ports = clusters.flatMap((name) => {
    const known = actual[name]?.servicePorts;
    return known === undefined || known.includes(service.port)
      ? []
      : [`the Service in ${name} has no port ${service.port}`];
  });
  return {
    ...errorOf("ISM342"),
    detail: `${version} of ${service.namespace}/${service.name} is to get ${route.weights[version] ?? 0} % of route ${route.name}, and no pod of it is ready in ${clusters.join(" or ")}${ports.length === 0 ? "" : ` (${ports.join("; ")})`}: these requests would fail with 503 at every ingress. Nothing was changed.`,
    fix: `Get pods of ${version} ready first: ${clusters.map((name) => `${kubectl(contexts[name])} -n ${service.namespace} get pods`).join(" and ")}. With --force the weights are changed all the same.`,
  };
}

function notKnown(
  { mesh, service, route }: ShiftFacts,
  view: Extract<IngressView, { readonly pods: number }>,
  version: string,
): Diagnostic {
  const finding = view.endpoints.find((one) => one.version === version && one.seen.length === 0);
  const cluster = mesh.clusters.find(({ name }) => name === view.cluster);
  const runs = cluster === undefined ? [] : clustersOf(mesh, service, version, cluster).map(({ name }) => name);
  const idle = (finding?.idle ?? []).map(({ address, reason }) => `${address} is ${reason}`);
  const why =
    idle.length > 0
      ? `it sends nothing to those that it has (${idle.join("; ")})`
      : finding?.held === false
        ? "it does not know the version: the DestinationRule there lacks it"
        : `pods are ready in ${runs.join(" or ")}, and the clusters are not joined, or its istiod has not handed them out`;
  return {
    ...errorOf("ISM342"),
    detail: `${version} of ${service.namespace}/${service.name} is to get ${route.weights[version] ?? 0} % of route ${route.name}, and the ingress of ${view.cluster} has no endpoint of it: ${why}. These requests would fail with 503 there. Nothing was changed.`,
    fix: "Run isthmus check for the cause, then shift. With --force the weights are changed all the same.",
    cluster: view.cluster,
  };
}

function notSeen(cluster: string, problem: string): Diagnostic {
  return {
    ...warningOf("ISM343"),
    detail: `Whether the ingress of ${cluster} has endpoints of the versions that are to get requests is not known: ${problem}.`,
    fix: "Run isthmus check, and isthmus verify after the shift.",
    cluster,
  };
}

function kubectl(context: string | undefined): string {
  return context === undefined ? "kubectl" : kubectlLine(context);
}
