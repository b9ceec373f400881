import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { RouteExplanation, RouteExplanations } from "../../core/explain-route/explanation.ts";
import { explainDestinations } from "../../core/explain-route/explanation.ts";
import type { Entrance } from "../../core/explain-route/explain-request.ts";
import { explainConnection, explainRequest } from "../../core/explain-route/explain-request.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { frontRoutesOf } from "../../core/routing/hosts.ts";
import { normalizationOf, normalPath } from "../../core/routing/request-path.ts";
import { meshAt } from "../../core/routing/routes-at.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { KubeClient } from "../../kube/client.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { shareReads } from "../../kube/share-reads.ts";
import { withOpenMesh } from "../clusters/open-mesh.ts";
import { readGatewayPods } from "../facts/gateway-pods.ts";
import type { CallTarget } from "../facts/caller-pages.ts";
import { addressesOf } from "../facts/read-dns-address.ts";
import type { ActualEndpoints } from "../facts/ingress-endpoints.ts";
import { readActualEndpoints } from "../facts/ingress-endpoints.ts";
import type { ProxyPod } from "../facts/proxy-routing.ts";
import { listSidecars, readIngressPorts, readProxyRouting } from "../facts/proxy-routing.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions, RunOptions } from "../options.ts";
import { withinClusterTime } from "../clusters/cluster-time.ts";
import { lookAtCluster } from "../progress/look-at-cluster.ts";
import type { AskedRequest, RequestQuestion } from "../traffic/explained-requests.ts";
import { requestsToExplain } from "../traffic/explained-requests.ts";
import { requireClusters } from "./scope.ts";
import { kubectlLine } from "../../core/kubectl-line.ts";

type Options = RunOptions & AccessOptions;

/** Bounds what is held of proxies' pages at once: those of a large mesh are megabytes each. */
const askedAtATime = 24;

/** Whose proxies are asked, and for what. */
export interface RouteQuestion extends Omit<RequestQuestion, "via"> {
  /** Empty: all. */
  readonly clusters: readonly string[];
  /** The ingress gateway's proxies, the sidecars of callers, or one of these; left out: those that the service's routes are at. */
  readonly from?: "gateway" | "mesh" | ProxyPod;
}

/**
 * Where requests to a service go, by the routes and endpoints that proxies hold
 * right now. Changes nothing, and sends nothing. What could not be asked is
 * named in `unexplained`. Throws a UserError (64) for a cluster that the mesh lacks.
 */
export async function explainRoutes(
  meshFile: MeshFile,
  question: RouteQuestion,
  options: Options,
): Promise<RouteExplanations> {
  requireClusters(meshFile.mesh, question.clusters);
  return withOpenMesh(meshFile, options, async (open) => {
    const connected = open.connections.flatMap((one) =>
      one.kind === "connected" ? [{ ...one, client: shareReads(one.client) }] : [],
    );
    const limiter = createLimiter(askedAtATime);
    const isAsked = (cluster: string): boolean => question.clusters.length === 0 || question.clusters.includes(cluster);
    const unreachable = open.connections.flatMap((one) =>
      one.kind === "unreachable" ? [{ cluster: one.cluster.name, diagnostic: one.diagnostic }] : [],
    );
    const actual = await readActualEndpoints(connected, question.service, options.signal);
    const found = await Promise.all(
      connected
        .filter((one) => isAsked(one.cluster.name))
        .map(async (one) =>
          limiter.run(options.signal, async () =>
            lookAtCluster({ cluster: one.cluster.name, task: "reading routes of proxies" }, options, async () =>
              withinClusterTime(one, options, async (signal) =>
                explainIn(meshFile, { one, actual }, question, { ...options, signal }),
              ),
            ),
          ),
        ),
    );
    const { name, namespace } = question.service;
    return {
      service: name,
      namespace,
      explanations: found.flatMap((one) => ("explanations" in one ? one.explanations : [])),
      unexplained: found.flatMap((one) => ("unexplained" in one ? one.unexplained : [])),
      unreachable: [
        ...unreachable,
        ...found.flatMap((one) => ("diagnostic" in one ? [{ cluster: one.cluster, diagnostic: one.diagnostic }] : [])),
      ],
    };
  });
}

type Explained = Pick<RouteExplanations, "explanations" | "unexplained">;

interface Place {
  readonly one: Connected;
  readonly actual: ActualEndpoints;
}

async function explainIn(
  meshFile: MeshFile,
  place: Place,
  question: RouteQuestion,
  options: Options,
): Promise<Explained> {
  const { cluster, client } = place.one;
  const via = viaOf(question);
  const mesh = meshAt(meshFile.mesh, cluster);
  const { requests, unknown } = requestsToExplain(mesh, { ...question, via }, options.env);
  const ports = via === "gateway" ? await readIngressPorts(client, options.signal) : new Map<number, number>();
  const asked = requests.flatMap((one) => {
    const entrance = entranceOf(one, question.service, ports);
    const path = normalPath(one.request.path, normalizationOf(mesh.istio.values));
    return entrance === undefined ? [] : [{ entrance, request: { ...one.request, path } }];
  });
  const target = via === "mesh" ? await readTarget(client, question.service, options.signal) : undefined;
  const pods = asked.length === 0 ? [] : await proxiesOf(place.one, question, options.signal);
  const unexplained: Diagnostic[] = [
    ...unknown.map((one) => notKnown(cluster.name, one)),
    ...(requests.length === 0 && unknown.length === 0 ? [nothingThere(question, via, cluster.name)] : []),
    ...(asked.length < requests.length ? [noPort(place.one, ports)] : []),
    ...(asked.length > 0 && pods.length === 0 ? [noProxy(place.one, question, via)] : []),
  ];
  const reader = { mesh: meshFile.mesh, cluster, actual: place.actual };
  const explanations: RouteExplanation[] = [];
  for (const pod of pods) {
    try {
      const wish = { services: mesh.services, target };
      const { endpoints, way, ...held } = await readProxyRouting(client, pod, wish, options.signal);
      // Of connections that are no HTTP to the proxy, whatever is asked over them is the same.
      const connection = way === undefined ? undefined : explainConnection(way);
      for (const { entrance, request } of connection === undefined ? asked : asked.slice(0, 1)) {
        const decision = connection ?? explainRequest(held, entrance, request);
        const destinations = explainDestinations(decision, endpoints, reader);
        const proxies = [`${pod.namespace}/${pod.name}`];
        explanations.push({ cluster: cluster.name, proxies, entrance, request, decision, destinations });
      }
    } catch (error) {
      options.signal.throwIfAborted();
      unexplained.push(silent(place.one, pod, error as Error));
    }
  }
  return { explanations: foldAlike(explanations), unexplained };
}

/** Where callers connect to; undefined where the cluster has no such Service. */
async function readTarget(client: KubeClient, service: Service, signal: AbortSignal): Promise<CallTarget | undefined> {
  const { namespace, name, port } = service;
  const object = await client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal });
  return object === undefined
    ? undefined
    : { service: `${namespace}/${name}`, host: serviceHost(service), addresses: addressesOf(object), port };
}

function viaOf({ from, service }: RouteQuestion): "gateway" | "mesh" {
  if (from === undefined) {
    return frontRoutesOf(service).length > 0 ? "gateway" : "mesh";
  }
  return from === "gateway" ? "gateway" : "mesh";
}

function entranceOf(
  { listener }: AskedRequest,
  service: Service,
  ports: ReadonlyMap<number, number> | undefined,
): Entrance | undefined {
  if (listener === "mesh") {
    return { kind: "mesh", port: service.port };
  }
  const secure = listener === "https";
  const port = ports?.get(secure ? 443 : 80);
  return port === undefined ? undefined : { kind: "gateway", port, secure };
}

/** All ready pods of the gateway; of sidecars one in the service's namespace, since they hold the same there. */
async function proxiesOf(one: Connected, question: RouteQuestion, signal: AbortSignal): Promise<readonly ProxyPod[]> {
  const { from, service } = question;
  if (typeof from === "object") {
    const pods = await listSidecars(one.client, from.namespace, signal);
    return pods.filter(({ name }) => name.startsWith(from.name)).slice(0, 1);
  }
  return viaOf(question) === "gateway"
    ? (await readGatewayPods(one.client, signal)).ready
    : (await listSidecars(one.client, service.namespace, signal)).slice(0, 1);
}

/** Proxies that do the same with a request are told once. */
function foldAlike(explanations: readonly RouteExplanation[]): readonly RouteExplanation[] {
  const groups = new Map<string, RouteExplanation>();
  for (const one of explanations) {
    const key = JSON.stringify({ ...one, proxies: [] });
    const known = groups.get(key);
    groups.set(key, known === undefined ? one : { ...known, proxies: [...known.proxies, ...one.proxies] });
  }
  return [...groups.values()];
}

function notKnown(
  cluster: string,
  { route, reason, fix }: { readonly route: string; readonly reason: string; readonly fix: string },
): Diagnostic {
  return { ...warningOf("ISM618"), detail: `Route ${route} in ${cluster}: ${reason}.`, fix, cluster };
}

function nothingThere({ service, route }: RouteQuestion, via: "gateway" | "mesh", cluster: string): Diagnostic {
  const what = route === undefined ? `Service ${service.namespace}/${service.name}` : `Route ${route}`;
  return {
    ...warningOf("ISM618"),
    detail: `${what} has nothing at the ${via === "gateway" ? "ingress gateway" : "sidecars of callers"} in ${cluster}.`,
    fix:
      via === "gateway"
        ? "Ask the sidecars of callers with --from mesh."
        : "Ask the ingress gateway with --from gateway.",
    cluster,
  };
}

function noPort({ cluster, context }: Connected, ports: ReadonlyMap<number, number> | undefined): Diagnostic {
  return {
    ...warningOf("ISM617"),
    detail:
      ports === undefined
        ? `${cluster.name} has no Service istio-system/istio-ingressgateway, so it is not known where its proxies listen.`
        : `Service istio-system/istio-ingressgateway of ${cluster.name} has no port 80 or 443 that leads to a number, so it is not known where its proxies listen.`,
    fix: `See the Service's ports, and what isthmus check says of it:\n    ${kubectlLine(context.context, "-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", "yaml")}`,
    cluster: cluster.name,
    object: { group: "", kind: "Service", namespace: "istio-system", name: "istio-ingressgateway" },
  };
}

function noProxy({ cluster }: Connected, { from, service }: RouteQuestion, via: "gateway" | "mesh"): Diagnostic {
  const where = typeof from === "object" ? from.namespace : service.namespace;
  return {
    ...warningOf("ISM616"),
    detail:
      via === "gateway"
        ? `No pod of the ingress gateway of ${cluster.name} is ready.`
        : `${typeof from === "object" ? `No ready pod whose name begins with ${from.name}` : "No ready pod"} in namespace ${where} of ${cluster.name} has a sidecar.`,
    fix:
      via === "gateway"
        ? "Run isthmus check: it says why the gateway is not ready."
        : "Name a pod with a sidecar: --from NAMESPACE/POD. What its name begins with is enough.",
    cluster: cluster.name,
  };
}

function silent({ cluster }: Connected, { namespace, name }: ProxyPod, error: Error): Diagnostic {
  return {
    ...warningOf("ISM617"),
    detail: `The proxy of ${namespace}/${name} in ${cluster.name} did not tell its routes: ${error.message}.`,
    fix: "Run isthmus check: it says what is wrong with the proxy.",
    cluster: cluster.name,
    object: { group: "", kind: "Pod", namespace, name },
  };
}
