import type { EndpointFinding } from "../checks/endpoint-table.ts";
import { clustersOf, podsIn } from "../checks/endpoint-table.ts";
import { hostNamesIn } from "../checks/gateway-names.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf, warningOf } from "../diagnostics/coded.ts";
import type { Route } from "../model/mesh.ts";
import { quoteCommand } from "../quote-command.ts";
import type { ProofPlace } from "./proof-place.ts";
import { kubectl, proxyOf } from "./proof-place.ts";

/** What is wrong with the endpoints that an ingress, or a caller's sidecar, has, the cause before what follows from it. */
export function findWrongEndpoints(place: ProofPlace, findings: readonly EndpointFinding[]): readonly Diagnostic[] {
  const missing = missingPorts(place);
  if (missing.length > 0) {
    return missing;
  }
  // A version that gets no request may run nowhere.
  const judged = findings.filter(
    ({ version, expected, seen }) => expected.length > 0 || seen.length > 0 || weightOf(place, version) > 0,
  );
  return judged.filter((finding) => !finding.ok && finding.held).map((finding) => wrongEndpoints(place, finding));
}

/** Gateways that are told only of what routes name hold nothing of a service without routes, and sidecars nothing that a Sidecar object keeps from them. */
export function findUnheld(place: ProofPlace, findings: readonly EndpointFinding[]): readonly Diagnostic[] {
  const unheld = findings.filter((finding) => !finding.held);
  const [first] = unheld;
  if (first === undefined) {
    return [];
  }
  const { service, route } = place;
  const versions = [...new Set(unheld.map(({ version }) => version))].filter((one) => one !== "").join(", ");
  const what = `${versions === "" ? "" : `version ${versions} of `}${service.namespace}/${service.name}`;
  return [
    place.via === "mesh"
      ? unheldInside(place, what)
      : route === undefined
        ? unheldWithoutRoute(place, what)
        : unheldByRoute(place, what, route),
  ];
}

function unheldInside(place: ProofPlace, what: string): Diagnostic {
  const { cluster, service } = place;
  return {
    ...errorOf("ISM402"),
    detail: `${proxyOf(place)} does not know ${what}: its DestinationRule is missing in the cluster, a Sidecar object keeps it from callers of namespace ${service.namespace}, or the proxy has not taken its configuration.`,
    fix: `Run isthmus apply, and see whether a Sidecar object limits what callers reach: ${kubectl(place, cluster.name)} get sidecars.networking.istio.io -A`,
    cluster: cluster.name,
  };
}

function unheldWithoutRoute({ cluster }: ProofPlace, what: string): Diagnostic {
  return {
    ...warningOf("ISM407"),
    detail: `The ingress of ${cluster.name} does not know ${what}, as gateways do that are told only of what routes name (PILOT_FILTER_GATEWAY_CLUSTER_CONFIG): its endpoints cannot be seen there.`,
    fix: "Look at the proxy of a pod that calls the service: istioctl proxy-config endpoint POD.",
    cluster: cluster.name,
  };
}

function unheldByRoute(place: ProofPlace, what: string, route: Route): Diagnostic {
  const { cluster } = place;
  return {
    ...errorOf("ISM402"),
    detail: `The ingress of ${cluster.name} does not know ${what}, to which route ${route.name} sends requests: they are answered with 503. Its DestinationRule is missing in the cluster, or the proxy has not taken its configuration.`,
    fix: `Run isthmus apply, and see whether istiod reaches the proxy: ${kubectl(place, cluster.name)} -n istio-system logs deploy/istio-ingressgateway`,
    cluster: cluster.name,
  };
}

/** A Service that lacks the port has no endpoint that a route could use. */
function missingPorts({ mesh, cluster, service, actual }: ProofPlace): readonly Diagnostic[] {
  return mesh.clusters
    .filter((one) => one.name === cluster.name || clustersOf(mesh, service, undefined, cluster).includes(one))
    .flatMap((one): readonly Diagnostic[] => {
      const ports = actual[one.name]?.servicePorts;
      return ports === undefined || ports.includes(service.port)
        ? []
        : [
            {
              ...errorOf("ISM409"),
              detail: `The mesh file sends requests for ${service.namespace}/${service.name} to port ${service.port}. The Service in ${one.name} has ${ports.length === 0 ? "no port" : ports.join(", ")}, so no endpoint there belongs to it.`,
              fix: `Write the Service's port in the mesh file, or correct the Service; the number is that of the Service, not that of the pods.`,
              cluster: one.name,
              object: { group: "", kind: "Service", namespace: service.namespace, name: service.name },
            },
          ];
    });
}

function wrongEndpoints(place: ProofPlace, finding: EndpointFinding): Diagnostic {
  const { service, cluster } = place;
  const nowhere = finding.expected.length === 0 ? [explainNone(place, finding.version)] : [];
  const parts = [
    ...nowhere,
    ...(finding.missing.length === 0 ? [] : [`missing ${finding.missing.join(", ")}`]),
    ...namesIn(finding.missing).map((name) => `istiod of ${cluster.name} has no address for ${name}`),
    ...finding.idle
      .filter(({ address }) => finding.missing.includes(address))
      .map(({ address, reason }) => `${address} gets no requests (${reason})`),
    ...(finding.foreign.length === 0
      ? []
      : [`has ${finding.foreign.join(", ")}, which are not addresses that it can use`]),
  ];
  const version = finding.version === "" ? "" : `version ${finding.version} of `;
  return {
    ...errorOf("ISM402"),
    detail: `${proxyOf(place)}, ${version}${service.namespace}/${service.name}: ${parts.join("; ")}.`,
    fix:
      nowhere.length === 0
        ? "Run isthmus status to see whether the clusters are joined, and isthmus check for the cause."
        : `See why: ${runsIn(place, finding.version)
            .map((name) => `${kubectl(place, name)} -n ${service.namespace} get pods`)
            .join(" and ")}${wayOut(place, finding.version)}`,
    cluster: cluster.name,
  };
}

/** Host names among endpoints: gateways that an istiod does not resolve. */
function namesIn(endpoints: readonly string[]): readonly string[] {
  return hostNamesIn(endpoints.map((one) => one.replace(/:\d+$/, "").replace(/^\[|\]$/g, "")));
}

function runsIn({ mesh, cluster, service }: ProofPlace, version: string): readonly string[] {
  return clustersOf(mesh, service, version === "" ? undefined : version, cluster).map(({ name }) => name);
}

function explainNone(place: ProofPlace, version: string): string {
  const clusters = runsIn(place, version);
  const asked = weightOf(place, version);
  const share = place.route === undefined || asked === 0 ? "" : `, and its ${asked} % of the requests fail`;
  const ready = clusters.filter((name) => podsIn(place.actual[name], version === "" ? undefined : version).length > 0);
  return ready.length === 0
    ? `no pod of it is ready in ${clusters.join(" or ")}${share}`
    : `the east-west gateway of ${ready.join(" and ")} has no address${share}`;
}

function wayOut(place: ProofPlace, version: string): string {
  const { service, route } = place;
  const healthy = service.versions.find(
    ({ name }) => name !== version && runsIn(place, name).some((one) => podsIn(place.actual[one], name).length > 0),
  );
  if (route === undefined || healthy === undefined || weightOf(place, version) === 0) {
    return "";
  }
  const weights = service.versions.map(({ name }) => `${name}=${name === healthy.name ? 100 : 0}`);
  const scope = ["-f", place.file, "-n", service.namespace, "--route", route.name];
  return `, or give it no requests meanwhile: ${quoteCommand(["isthmus", "shift", service.name, ...weights, ...scope])}`;
}

function weightOf({ route }: ProofPlace, version: string): number {
  // Of a service without routes every version counts.
  return route === undefined ? 1 : (route.weights[version] ?? 0);
}
