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

/** What an istiod says at `/debug/clusterz`: every cluster that it has a remote secret of is synced. */
export function answerClusterz(store: FakeStore | undefined): string {
  const secrets = store?.list({ apiVersion: "v1", kind: "Secret" }, "istio-system") ?? [];
  const known = secrets.flatMap(({ metadata: { annotations } }) => {
    const id = (annotations as Readonly<Record<string, string>> | undefined)?.["networking.istio.io/cluster"];
    return id === undefined ? [] : [{ id, syncStatus: "synced" }];
  });
  const body = JSON.stringify(known);
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
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
  const running = server.store.find(istiodPod, "istio-system", istiodPod.metadata.name);
  if (wanted && running === undefined) {
    server.put({ ...istiodPod, status: { phase: "Running" } });
  }
  if (!wanted && running !== undefined) {
    server.store.remove(running);
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
