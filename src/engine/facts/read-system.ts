import type { SystemFacts } from "../../core/checks/facts.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { apiServerSlices } from "./cluster-state.ts";
import { isRunning, listRunningPods, readPod } from "./read-pods.ts";
import type { WireServicePort } from "./read-service-port.ts";

const namespace = "kube-system";

/** The label that the Services of CoreDNS and kube-dns carry in every distribution, whatever they are called. */
const dnsLabel = "k8s-app=kube-dns";

/** The label of istio-cni's DaemonSet (istio.io/istio, manifests/charts/istio-cni/templates/daemonset.yaml). */
const cniLabel = "k8s-app=istio-cni-node";

/** Prometheus' own charts, its operator and Istio's addon set it. */
const scraperLabel = "app.kubernetes.io/name=prometheus";

interface Endpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean };
}

interface SlicePort {
  readonly port?: number;
  readonly protocol?: string;
}

/** Which cluster it is, by namespace kube-system, and whether its DNS has endpoints. */
export async function readSystem(client: KubeClient, signal: AbortSignal): Promise<SystemFacts> {
  const [object, services, slices, pods, agents, apiServers, scrapers] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, { signal }),
    client.list({ apiVersion: "v1", kind: "Service", namespace, labelSelector: dnsLabel }, { signal }),
    client.list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace }, { signal }),
    listRunningPods(client, [namespace], signal),
    client.list({ apiVersion: "apps/v1", kind: "DaemonSet", labelSelector: cniLabel }, { signal }),
    readApiServers(client, signal),
    readScrapers(client, signal),
  ]);
  const uid = object?.metadata["uid"];
  const [service] = services;
  const common = {
    uid: typeof uid === "string" ? uid : "",
    labels: object?.metadata.labels ?? {},
    cni: agents.length > 0,
    apiServers,
    scrapers,
  };
  if (service === undefined) {
    return common;
  }
  const own = slices.filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name);
  const spec = service["spec"] as
    | { readonly selector?: Readonly<Record<string, string>>; readonly ports?: readonly WireServicePort[] }
    | undefined;
  const selector = spec?.selector ?? {};
  const isBehind: IsBehind = (labels = {}) => Object.keys(selector).length > 0 && hasLabels(labels, selector);
  const targetPort = own
    .flatMap((slice) => (slice["ports"] ?? []) as unknown as readonly SlicePort[])
    .find((port) => port.protocol === "UDP")?.port;
  const ready = own
    .flatMap((slice) => (slice["endpoints"] ?? []) as unknown as readonly Endpoint[])
    .filter((endpoint) => endpoint.conditions?.ready !== false).length;
  return {
    ...common,
    dns: {
      name: service.metadata.name,
      ready,
      ...(ready > 0 ? {} : { halted: await readHalted(client, isBehind, signal) }),
      ...(targetPort === undefined ? {} : { targetPort }),
      pods: pods.filter(({ metadata }) => isBehind(metadata.labels)).map(readPod),
    },
  };
}

/** Where Service kubernetes.default leads: policies see these addresses, and never its own. */
async function readApiServers(
  client: KubeClient,
  signal: AbortSignal,
): Promise<NonNullable<SystemFacts["apiServers"]>> {
  const slices = await client.list(apiServerSlices, { signal });
  return slices.flatMap((slice) => {
    const ports = ((slice["ports"] ?? []) as unknown as readonly SlicePort[]).flatMap(({ port }) => port ?? []);
    const endpoints = (slice["endpoints"] ?? []) as unknown as readonly Endpoint[];
    return endpoints.flatMap(({ addresses = [] }) =>
      addresses.flatMap((address) => ports.map((port) => ({ address, port }))),
    );
  });
}

/** Running pods of Prometheus; none where this account may not look for them. */
async function readScrapers(client: KubeClient, signal: AbortSignal): Promise<NonNullable<SystemFacts["scrapers"]>> {
  try {
    const pods = await client.list({ apiVersion: "v1", kind: "Pod", labelSelector: scraperLabel }, { signal });
    return await Promise.all(
      pods.filter(isRunning).map(async (pod) => {
        const found = readPod(pod);
        const { namespace: name } = found;
        const space = await client.get({ apiVersion: "v1", kind: "Namespace", name }, { signal });
        return {
          ...found,
          namespaceLabels: { "kubernetes.io/metadata.name": name, ...space?.metadata.labels },
        };
      }),
    );
  } catch (error) {
    if (error instanceof KubeError && error.kind === "forbidden") {
      return [];
    }
    throw error;
  }
}

/** Whether something with these labels is what a Service leads to. */
type IsBehind = (labels: Readonly<Record<string, string>> | undefined) => boolean;

/** The Deployments behind a Service that somebody has scaled to 0. */
async function readHalted(client: KubeClient, isBehind: IsBehind, signal: AbortSignal): Promise<readonly string[]> {
  const deployments = await client.list({ apiVersion: "apps/v1", kind: "Deployment", namespace }, { signal });
  return deployments.flatMap(({ metadata, ...object }) => {
    const { replicas, template } = object["spec"] as unknown as {
      readonly replicas?: number;
      readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
    };
    return isBehind(template?.metadata?.labels) && replicas === 0 ? [metadata.name] : [];
  });
}
