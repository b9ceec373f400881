import type { NodeFacts } from "../../core/checks/node-facts.ts";
import type { CniAgent, DnsAnswer, DnsConfiguration, SystemFacts } from "../../core/checks/system-facts.ts";
import type { PodFacts } from "../../core/checks/pod-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { serviceHost } from "../../core/render/names.ts";
import { hasLabels } from "../../core/model/labels.ts";
import { lastWriterOf } from "../../core/plan/last-change.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden } from "../../kube/errors.ts";
import { askDns } from "./ask-dns.ts";
import { apiServerSlices } from "./cluster-state.ts";
import { addressesOf, readDnsAddress } from "./read-dns-address.ts";
import { readKubeProxies } from "./read-kube-proxies.ts";
import { isRunning, listRunningPods, readPod } from "./read-pods.ts";
import type { WireServicePort } from "./read-service-port.ts";
import { readServicePort } from "./read-service-port.ts";

/** Where every distribution runs the cluster's DNS. */
export const dnsNamespace = "kube-system";

const namespace = dnsNamespace;

/** The label that the Services of CoreDNS and kube-dns carry in every distribution, whatever they are called. */
const dnsLabel = "k8s-app=kube-dns";

/** The label of their pods too. */
const ofDns = { "k8s-app": "kube-dns" };

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

/** Which cluster it is, by namespace kube-system, whether its DNS has endpoints, and where the pods of one of its `nodes` ask for names. */
export async function readSystem(
  client: KubeClient,
  { nodes, services: own }: { readonly nodes: readonly NodeFacts[]; readonly services: readonly Service[] },
  signal: AbortSignal,
): Promise<SystemFacts> {
  const [object, services, slices, pods, agents, apiServers, scrapers, kubeProxies] = await Promise.all([
    client.get({ apiVersion: "v1", kind: "Namespace", name: namespace }, { signal }),
    client.list({ apiVersion: "v1", kind: "Service", namespace, labelSelector: dnsLabel }, { signal }),
    client.list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace }, { signal }),
    listRunningPods(client, [namespace], signal),
    client.list({ apiVersion: "apps/v1", kind: "DaemonSet", labelSelector: cniLabel }, { signal }),
    readApiServers(client, signal),
    readScrapers(client, signal),
    readKubeProxies(client, nodes, signal),
  ]);
  const uid = object?.metadata["uid"];
  const [service] = services;
  const common = {
    uid: typeof uid === "string" ? uid : "",
    labels: object?.metadata.labels ?? {},
    cni: agents.map(agentOf),
    apiServers,
    scrapers,
    kubeProxies,
  };
  if (service === undefined) {
    return common;
  }
  const node = nodes.find(({ ready }) => ready)?.name;
  const [dns, lookUps] = await Promise.all([
    readDns(client, { service, slices, pods, hosts: own.map(serviceHost) }, signal),
    node === undefined ? undefined : readDnsAddress(client, { node, services }, signal),
  ]);
  return { ...common, dns: { ...dns, ...(lookUps === undefined ? {} : { lookUps }) } };
}

function agentOf({ metadata, status }: KubeObject): CniAgent {
  const said = (status ?? {}) as {
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
    readonly updatedNumberScheduled?: number;
  };
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    desired: said.desiredNumberScheduled ?? 0,
    ready: said.numberReady ?? 0,
    updated: said.updatedNumberScheduled ?? 0,
  };
}

/** What the Service of the cluster's DNS leads to, and what that answers. */
async function readDns(
  client: KubeClient,
  {
    service,
    slices,
    pods,
    hosts,
  }: {
    readonly service: KubeObject;
    readonly slices: readonly KubeObject[];
    readonly pods: readonly KubeObject[];
    readonly hosts: readonly string[];
  },
  signal: AbortSignal,
): Promise<NonNullable<SystemFacts["dns"]>> {
  const { name } = service.metadata;
  const own = slices.filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === name);
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
  const behind = pods.filter(({ metadata }) => isBehind(metadata.labels));
  const others = pods.filter(({ metadata }) => hasLabels(metadata.labels ?? {}, ofDns) && !isBehind(metadata.labels));
  const unused = others.map(readPod).flatMap((pod) => (pod.ready ? [pod.name] : []));
  const answers = await askPods(client, behind.map(readPod), { port: targetPort, hosts }, signal);
  return {
    name,
    ready,
    ...(ready > 0 ? {} : { halted: await readHalted(client, isBehind, signal) }),
    ...(targetPort === undefined ? {} : { targetPort }),
    pods: behind.map(readPod),
    selector,
    ports: (spec?.ports ?? []).map(readServicePort),
    ...(addressesOf(service).length === 0 ? {} : { addresses: addressesOf(service) }),
    answers,
    ...(unused.length === 0 ? {} : { unused }),
    ...(await configurationOf(client, { answers, pods: behind }, signal)),
  };
}

/** So many of the pods are asked: they have one configuration. */
const askedPods = 3;

async function askPods(
  client: KubeClient,
  pods: readonly PodFacts[],
  { port, hosts }: { readonly port: number | undefined; readonly hosts: readonly string[] },
  signal: AbortSignal,
): Promise<readonly DnsAnswer[]> {
  const ready = port === undefined ? [] : pods.filter((pod) => pod.ready).slice(0, askedPods);
  return Promise.all(
    ready.map(async ({ name: pod }, index) =>
      // One speaks for all of the mesh's names.
      askDns(client, { namespace, pod, port: port ?? 0 }, signal, index === 0 ? hosts : []),
    ),
  );
}

/** What the pods read, where it matters: the `kubernetes` plugin of CoreDNS has zones (https://coredns.io/plugins/kubernetes/). */
async function configurationOf(
  client: KubeClient,
  { answers, pods }: { readonly answers: readonly DnsAnswer[]; readonly pods: readonly KubeObject[] },
  signal: AbortSignal,
): Promise<{ readonly configuration?: DnsConfiguration }> {
  const isBad = answers.some(({ says }) => says !== undefined && says !== "NOERROR");
  const name = pods.flatMap(configMapsOf)[0];
  if (!isBad || name === undefined) {
    return {};
  }
  const object = await client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name }, { signal });
  const { Corefile: text = "" } = (object?.["data"] ?? {}) as { readonly Corefile?: string };
  const [, zones = ""] = /^\s*kubernetes[ \t]+([^{\n]*)/m.exec(text) ?? [];
  const last = object === undefined ? undefined : lastWriterOf(object);
  return {
    configuration: {
      name,
      zones: zones.split(/\s+/).filter((zone) => zone !== ""),
      ...(last === undefined ? {} : { writer: { manager: last.manager ?? "", time: last.time } }),
    },
  };
}

function configMapsOf(pod: KubeObject): readonly string[] {
  const { volumes = [] } = (pod["spec"] ?? {}) as {
    readonly volumes?: readonly {
      readonly configMap?: { readonly name?: string; readonly items?: readonly { readonly key: string }[] };
    }[];
  };
  return volumes.flatMap(({ configMap }) =>
    configMap?.name !== undefined && (configMap.items ?? [{ key: "Corefile" }]).some(({ key }) => key === "Corefile")
      ? [configMap.name]
      : [],
  );
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
    if (isForbidden(error)) {
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
