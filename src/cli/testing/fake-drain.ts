import type { FakeStore, WireObject } from "../../kube/fake/fake-store.ts";
import { httpAnswer } from "./fake-control-plane.ts";
import type { FakeClusters } from "./fake-clusters.ts";
import { runEastWest } from "./fake-service.ts";

const host = "helloworld.sample.svc.cluster.local";
const ownLabel = "topology.istio.io/cluster";

/** The kind of object by which callers of other clusters leave. */
export const policies = {
  apiVersion: "security.istio.io/v1beta1",
  kind: "PeerAuthentication",
  plural: "peerauthentications",
  namespaced: true,
} as const;

/** What the sidecars of a cluster's pods have taken. */
export interface Inbound {
  readonly active: number;
  readonly total: number;
}

/** A ready pod of v1 with a sidecar in each cluster, the `n`th at 10.42.n.6, and its east-west gateway at 172.30.n.1. */
export function runEverywhere({ servers }: FakeClusters): void {
  Object.values(servers).forEach((server, index) => {
    const name = `helloworld-v1-${index}`;
    server.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "sample", labels: { app: "helloworld", version: "v1" } },
      spec: { containers: [{ name: "app" }, { name: "istio-proxy" }] },
      status: { phase: "Running" },
    });
    server.put({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name, namespace: "sample", labels: { "kubernetes.io/service-name": "helloworld" } },
      addressType: "IPv4",
      ports: [{ name: "http", port: 5000 }],
      endpoints: [{ addresses: [`10.42.${index}.6`], conditions: { ready: true }, targetRef: { kind: "Pod", name } }],
    });
    runEastWest(server, `172.30.${index}.1`);
  });
}

/** Envoy's `/clusters?format=json` in a cluster, as istiod makes it of what is in the store, and what the sidecars there have taken. */
export function proxiesOf(
  {
    clusters,
    here,
    stubborn,
  }: {
    readonly clusters: readonly string[];
    readonly here: string;
    /** PeerAuthentications count for nothing. */
    readonly stubborn: boolean;
  },
  store: FakeStore,
  inbound: Inbound,
): string {
  const open = clusters.filter((one) => one === here || stubborn || !isClosed(store, one));
  const subsets = subsetsOf(store).map(({ name, labels }) => ({
    name: `outbound|5000|${name}|${host}`,
    host_statuses: open
      .filter((one) => (labels[ownLabel] ?? one) === one && (labels["version"] ?? "v1") === "v1")
      .map((one) => {
        const index = clusters.indexOf(one);
        const [address, port] = one === here ? [`10.42.${index}.6`, 5000] : [`172.30.${index}.1`, 15_443];
        return { address: { socket_address: { address, port_value: port } } };
      }),
  }));
  const stats = [
    { name: "rq_active", value: String(inbound.active) },
    { name: "rq_total", value: String(inbound.total) },
  ];
  return httpAnswer({ cluster_statuses: [...subsets, { name: "inbound|5000||", host_statuses: [{ stats }] }] });
}

function isClosed(store: FakeStore, cluster: string): boolean {
  return store.all().some((object) => {
    const { selector } = (object["spec"] ?? {}) as {
      readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    };
    return object.kind === "PeerAuthentication" && selector?.matchLabels?.[ownLabel] === cluster;
  });
}

interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

function subsetsOf(store: FakeStore): readonly Subset[] {
  const rule = store.all().find(({ kind }: WireObject) => kind === "DestinationRule");
  return ((rule?.["spec"] ?? {}) as { readonly subsets?: readonly Subset[] }).subsets ?? [];
}
