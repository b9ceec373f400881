import type { ObjectId } from "../../model/kube-object.ts";
import { hasLabels } from "../../model/labels.ts";
import { routeNamespace } from "../../render/front-gateway.ts";
import { ingressGateway, istioNamespace } from "../../render/names.ts";
import { compareText } from "../../render/order.ts";
import { frontGatewayOf, frontRoutesOf } from "../../routing/hosts.ts";
import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { containerPort } from "../container-port.ts";
import type { GatewayObject, GatewayServer, MeshFacts, ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { openedBy } from "../subjects.ts";

/**
 * istiod puts the servers of all Gateways of a proxy together, the oldest
 * Gateway first, and leaves out what does not go with what it has: at a port
 * with a server in plain text only further ones of HTTP, and at one with TLS no
 * host twice (istio.io/istio, pilot/pkg/model/gateway.go, mergeGateways). A line
 * of its log is all that says so.
 */
export const sharedPorts: Check = {
  id: "gateways/shared-ports",
  sentence: "no older Gateway keeps those of the routes from a port of the ingress gateway",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const own = ownGateways(facts, one);
      const lost = leftOut(one).filter(({ of, by }) => own.has(of) && !own.has(by));
      return [...new Set(lost.map(({ by }) => by))].flatMap((rival) => {
        const of = [...new Set(lost.filter(({ by }) => by === rival).map((clash) => clash.of))];
        const [first] = lost.filter(({ by }) => by === rival);
        return first === undefined ? [] : [findingOf(one, { ...first, all: of })];
      });
    }),
};

function findingOf(one: ReachedCluster, { by, port, words, all }: Clash & { readonly all: readonly GatewayObject[] }) {
  const { namespace, name } = by;
  return problem("ISM563", {
    detail: `Gateway ${namespace}/${name} of ${one.cluster} opens port ${port} of the ingress gateway ${words}, and is older than ${all.map((ours) => `${ours.namespace}/${ours.name}`).join(", ")}: istiod leaves out what the older one does not go with, so that no request reaches the routes there.`,
    fix: `Whoever made it has to decide: give it another port or pods of its own (its selector), or delete it: kubectl --context ${one.context} -n ${namespace} delete gateway.networking.istio.io ${name}`,
    cluster: one.cluster,
    object: idOf(by),
    breaks: all.map((ours) => openedBy(one.cluster, idOf(ours))),
  });
}

function idOf({ namespace, name }: GatewayObject): ObjectId {
  return { group: "networking.istio.io", kind: "Gateway", namespace, name };
}

/** The Gateways of the mesh's routes, as the cluster has them. */
function ownGateways(facts: MeshFacts, one: ReachedCluster): ReadonlySet<GatewayObject> {
  const names = new Set(
    facts.mesh.services.flatMap((service) =>
      frontRoutesOf(service).map((route) => `${routeNamespace(service, route)}/${frontGatewayOf(route) ?? ""}`),
    ),
  );
  return new Set(one.routing.gateways.filter(({ namespace, name }) => names.has(`${namespace}/${name}`)));
}

function isForIngress({ pods }: ReachedCluster, { selector }: GatewayObject): boolean {
  const labels = pods
    .filter((pod) => pod.namespace === istioNamespace && pod.labels["istio"] === "ingressgateway")
    .map((pod) => pod.labels);
  return [...labels, { istio: "ingressgateway" }].some((found) => hasLabels(found, selector));
}

/** As istiod sorts them: by age, those of one second by name, then namespace (pilot/pkg/model/config.go, sortConfigByCreationTime). */
function compareAge(one: GatewayObject, other: GatewayObject): number {
  return (
    compareText(one.created, other.created) ||
    compareText(one.name, other.name) ||
    compareText(one.namespace, other.namespace)
  );
}

/** A server that istiod leaves out. */
interface Clash {
  readonly of: GatewayObject;
  /** The older one whose server it does not go with. */
  readonly by: GatewayObject;
  readonly port: number;
  /** What the older one has there, in words that follow "opens port 80 of the ingress gateway". */
  readonly words: string;
}

interface Taken {
  readonly server: GatewayServer;
  readonly by: GatewayObject;
}

/** Puts the servers of a cluster's ingress gateway together as istiod does. */
function leftOut(one: ReachedCluster): readonly Clash[] {
  const plain = new Map<number, Taken>();
  const hosts = new Map<string, Taken>();
  const ordered = one.routing.gateways.filter((gateway) => isForIngress(one, gateway)).toSorted(compareAge);
  return ordered.flatMap((of) =>
    of.servers.flatMap((server): readonly Clash[] => {
      // A number that is no port of the Service is taken for the container's own.
      const port = containerPort(one, ingressGateway, server.port) ?? server.port;
      const keys = server.tlsMode === "" ? [] : server.hosts.map((host) => `${port} ${server.bind ?? ""} ${host}`);
      const same = keys.find((key) => hosts.has(key));
      const twice = same === undefined ? undefined : hosts.get(same);
      if (twice !== undefined) {
        return [{ of, by: twice.by, port: server.port, words: `for host ${same?.split(" ").at(-1) ?? ""}` }];
      }
      keys.forEach((key) => hosts.set(key, { server, by: of }));
      const first = plain.get(port);
      if (
        first !== undefined &&
        (first.server.bind ?? "") === (server.bind ?? "") &&
        !goTogether(server, first.server)
      ) {
        return [{ of, by: first.by, port: server.port, words: `as ${first.server.protocol} in plain text` }];
      }
      if (first === undefined && !isTls(server)) {
        plain.set(port, { server, by: of });
      }
      return [];
    }),
  );
}

function goTogether(server: GatewayServer, first: GatewayServer): boolean {
  return isHttp(server) && isHttp(first);
}

function isTls(server: GatewayServer): boolean {
  return server.tlsMode !== "" && !isHttp(server);
}

/** The names of a port's protocol that Istio takes for HTTP in plain text (istio.io/istio, pkg/config/protocol/instance.go). */
const http: ReadonlySet<string> = new Set(["HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-WEB"]);

function isHttp({ protocol }: GatewayServer): boolean {
  return http.has(protocol.toUpperCase());
}
