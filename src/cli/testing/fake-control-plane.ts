import { Buffer } from "node:buffer";
import type { FakeApiServer } from "../../kube/fake/fake-api-server.ts";
import type { FakeStore, StoredEvent, WireObject } from "../../kube/fake/fake-store.ts";

/** How long a controller takes to see a change, in milliseconds: enough that an apply has to wait for it. */
const usualReactionMs = 10;

/** Owned, as every pod of a Deployment is: without an owner it would be somebody's own pod, which no removal touches. */
const istiodPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "istiod-1",
    namespace: "istio-system",
    labels: { app: "istiod" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "istiod", uid: "istiod", controller: true }],
  },
};

/** The pod of the ingress gateway, which is there as long as istiod is. */
export const ingressPod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "istio-ingressgateway-1",
    namespace: "istio-system",
    labels: { istio: "ingressgateway" },
    ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: "ingress", uid: "ingress", controller: true }],
  },
};

/**
 * Does in a fake API server what a cluster's controllers do: fills in service
 * account tokens (`token-of-<cluster>`), establishes definitions, rolls out
 * Deployments, runs a pod of istiod as long as there is a Deployment of it, and
 * ends namespaces that are terminating, with all that is in them. Each change
 * is seen `reactionMs` after it was made.
 */
export function runControllers(cluster: string, server: FakeApiServer, reactionMs = usualReactionMs): void {
  server.store.subscribe((event) => {
    setTimeout(() => react(cluster, server, event), reactionMs);
  });
}

/** What pods answer: istiod by its debug pages, and the ingress gateway's Envoy by its admin pages. */
export function answerPod(store: FakeStore | undefined, path: string): string {
  switch (path) {
    case "/debug/clusterz":
      return httpAnswer(clustersOf(store));
    case "/debug/syncz":
      return httpAnswer([syncOf({ sent: "1", acked: "1" })]);
    case "/config_dump?resource=dynamic_route_configs":
      return httpAnswer(routesOf(store));
    case "/config_dump?resource=dynamic_active_secrets&mask=name":
      return httpAnswer(secretsOf(store));
    case "/clusters?format=json":
      return httpAnswer({});
    default:
      return httpAnswer([]);
  }
}

/** The certificates of every Gateway, as a proxy has them that was sent all. */
function secretsOf(store: FakeStore | undefined): object {
  const gateways = store?.list({ apiVersion: "networking.istio.io/v1", kind: "Gateway" }, undefined) ?? [];
  const names = gateways.flatMap((gateway) => {
    const { servers = [] } = gateway["spec"] as { readonly servers?: readonly { readonly tls?: Tls }[] };
    return servers.flatMap(({ tls }) => tls?.credentialName ?? []);
  });
  return { configs: names.map((name) => ({ name: `kubernetes://${name}` })) };
}

interface Tls {
  readonly credentialName?: string;
}

/** One entry of `/debug/syncz`: how far the ingress gateway is with its routes. */
export function syncOf(routes: { readonly sent: string; readonly acked: string; readonly lastError?: string }): object {
  const { name, namespace } = ingressPod.metadata;
  return {
    proxy: `${name}.${namespace}`,
    resources: { "type.googleapis.com/envoy.config.route.v3.RouteConfiguration": routes },
  };
}

/** A body as a raw HTTP response. */
export function httpAnswer(body: unknown): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}

/** What an istiod says at `/debug/clusterz`: every cluster that it has a remote secret of is synced. */
function clustersOf(store: FakeStore | undefined): readonly object[] {
  const secrets = store?.list({ apiVersion: "v1", kind: "Secret" }, "istio-system") ?? [];
  return secrets.flatMap(({ metadata: { annotations } }) => {
    const id = (annotations as Readonly<Record<string, string>> | undefined)?.["networking.istio.io/cluster"];
    return id === undefined ? [] : [{ id, syncStatus: "synced" }];
  });
}

interface VirtualServiceSpec {
  readonly http?: readonly {
    readonly match?: readonly { readonly uri?: Readonly<Record<string, string>> }[];
    readonly route?: readonly {
      readonly destination: {
        readonly host: string;
        readonly subset?: string;
        readonly port?: { readonly number: number };
      };
      readonly weight?: number;
    }[];
    readonly redirect?: { readonly authority?: string; readonly uri?: string };
  }[];
}

function destinationsOf(route: NonNullable<NonNullable<VirtualServiceSpec["http"]>[number]["route"]>): object {
  const clusters = route.map(({ destination: { host, subset = "", port }, weight }) => ({
    name: `outbound|${port?.number ?? 0}|${subset}|${host}`,
    weight: weight ?? 100,
  }));
  return { weighted_clusters: { clusters } };
}

interface HttpRouteSpec {
  readonly rules?: readonly {
    readonly matches?: readonly { readonly path?: { readonly value?: string } }[];
    readonly backendRefs?: readonly { readonly name: string; readonly port?: number; readonly weight?: number }[];
  }[];
}

/** The same of HTTPRoutes, whose rules are known by their names, under the mark of a VirtualService that no API server has. */
function gatewayRoutesOf(store: FakeStore | undefined): readonly object[] {
  const config =
    "/apis/networking.istio.io/v1/namespaces/istio-system/virtual-service/istio-system~front~istio-autogenerated-k8s-gateway~http~any";
  return (store?.all() ?? [])
    .filter(({ kind }) => kind === "HTTPRoute")
    .flatMap(({ metadata: { namespace = "", name }, spec }) =>
      ((spec ?? {}) as HttpRouteSpec).rules?.flatMap(({ matches = [], backendRefs = [] }, index) =>
        matches.map(({ path }) => ({
          name: `${namespace}.${name}.${index}`,
          match: { prefix: path?.value ?? "/" },
          route: {
            weighted_clusters: {
              clusters: backendRefs.map((one) => ({
                name: `outbound|${one.port ?? 0}||${one.name}.${namespace}.svc.cluster.local`,
                weight: one.weight ?? 1,
              })),
            },
          },
          metadata: { filter_metadata: { istio: { config } } },
        })),
      ),
    )
    .flatMap((one) => one ?? []);
}

/** Envoy's routes as istiod makes them of the VirtualServices and HTTPRoutes in the store, reduced to what is read of them. */
export function routesOf(store: FakeStore | undefined): object {
  const objects = (store?.all() ?? []).filter(({ kind }) => kind === "VirtualService");
  const routes = objects.flatMap((object) => {
    const { namespace = "", name } = object.metadata;
    const config = `/apis/networking.istio.io/v1/namespaces/${namespace}/virtual-service/${name}`;
    return ((object["spec"] ?? {}) as VirtualServiceSpec).http?.flatMap(({ match = [], route = [], redirect }) =>
      match.map(({ uri = {} }) => ({
        match: { path: Object.values(uri)[0] },
        ...(redirect === undefined
          ? { route: destinationsOf(route) }
          : { redirect: { host_redirect: redirect.authority ?? "", path_redirect: redirect.uri ?? "" } }),
        metadata: { filter_metadata: { istio: { config } } },
      })),
    );
  });
  return {
    configs: [
      {
        route_config: {
          name: "http.8080",
          virtual_hosts: [{ name: "*:80", routes: [...routes, ...gatewayRoutesOf(store)] }],
        },
      },
    ],
  };
}

function react(cluster: string, server: FakeApiServer, { object }: StoredEvent): void {
  const { namespace, name } = object.metadata;
  // Controllers act on what there is now, which may be more than the event told.
  const live = server.store.find(object, namespace, name);
  if (object.kind === "Deployment" && name === "istiod") {
    runIstiod(server, live !== undefined);
  }
  if (live?.kind === "Namespace" && live.metadata["deletionTimestamp"] !== undefined) {
    endNamespace(server, live);
    return;
  }
  const done = live === undefined ? undefined : advance(cluster, live);
  if (done !== undefined) {
    server.put(done);
  }
}

/** The object as its controller leaves it; undefined where that is how it is, or there is none. */
function advance(cluster: string, object: WireObject): WireObject | undefined {
  switch (object.kind) {
    case "Secret": {
      const awaited = object["type"] === "kubernetes.io/service-account-token" && object["data"] === undefined;
      const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");
      return awaited
        ? { ...object, data: { token: encode(`token-of-${cluster}`), "ca.crt": encode("an authority") } }
        : undefined;
    }
    case "Deployment":
      return object["status"] === undefined
        ? {
            ...object,
            status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
          }
        : undefined;
    case "CustomResourceDefinition":
      return object["status"] === undefined
        ? { ...object, status: { conditions: [{ type: "Established", status: "True" }] } }
        : undefined;
    default:
      return undefined;
  }
}

function runIstiod(server: FakeApiServer, wanted: boolean): void {
  for (const pod of [istiodPod, ingressPod]) {
    const running = server.store.find(pod, "istio-system", pod.metadata.name);
    if (wanted && running === undefined) {
      server.put({ ...pod, status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } });
    }
    if (!wanted && running !== undefined) {
      server.store.remove(running);
    }
  }
}

/** The content first: a namespace is there for as long as anything is in it. */
function endNamespace({ store }: FakeApiServer, namespace: WireObject): void {
  store
    .all()
    .filter(({ metadata }) => metadata.namespace === namespace.metadata.name)
    .forEach((object) => store.remove(object));
  store.remove(namespace);
}
