import { inboundAnnotations } from "../../core/checks/services/sidecar-ports.ts";
import type { GatewayFacts } from "../../core/checks/control-plane-facts.ts";
import type { BesidePod, PodFacts } from "../../core/checks/pod-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { hasLabels } from "../../core/model/labels.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { conditionOf } from "../../kube/readiness/object-fields.ts";
import { deploymentOf } from "./sidecars.ts";

interface Container {
  readonly name: string;
  /** `Always` for an init container that keeps running beside the others. */
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly hostNetwork?: boolean;
  readonly serviceAccountName?: string;
}

interface PodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

type Labels = Readonly<Record<string, string>>;

/** Istio's own pods, by what they are selected by. */
const istioPods: Readonly<Record<"istiod" | typeof ingressGateway | typeof eastWestGateway, Labels>> = {
  istiod: { app: "istiod" },
  [ingressGateway]: { istio: "ingressgateway" },
  [eastWestGateway]: { istio: "eastwestgateway" },
};

/**
 * All running pods of the given namespaces that are not being deleted, out of
 * the list of all pods that the readers of Services need too.
 */
export async function listRunningPods(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  return (await listLivingPods(client, namespaces, signal)).filter(isRunning);
}

/** The same with those that have not begun, or have come to their end. */
export async function listLivingPods(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const kind = { apiVersion: "v1", kind: "Pod" };
  const all = await Promise.all(namespaces.map(async (namespace) => client.list({ ...kind, namespace }, { signal })));
  return all.flat().filter((pod) => pod.metadata["deletionTimestamp"] === undefined);
}

/** Whether the pod has begun and not come to its end. */
export function isRunning(pod: KubeObject): boolean {
  return (pod["status"] as PodStatus | undefined)?.phase === "Running";
}

/** Whether the pod gets requests. */
export function isReady(pod: KubeObject): boolean {
  return conditionOf(pod, "Ready")?.status === "True";
}

/** The running pods of one part of Istio, by a list that readers of all parts can share. */
export async function listIstioPods(
  client: KubeClient,
  part: keyof typeof istioPods,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const pods = await listRunningPods(client, [istioNamespace], signal);
  return pods.filter(({ metadata }) => hasLabels(metadata.labels ?? {}, istioPods[part]));
}

/** Those of the pods that are istiod's, a gateway's, or selected by a service of the mesh, reduced to what the checks judge. */
export function readMeshPods(...of: Parameters<typeof selectMeshPods>): readonly PodFacts[] {
  return selectMeshPods(...of).map(readPod);
}

/** The same pods as they are. */
export function selectMeshPods(
  pods: readonly KubeObject[],
  services: readonly { readonly service: string; readonly selector: Labels }[],
  gateways: readonly Pick<GatewayFacts, "at" | "service">[] = [],
): readonly KubeObject[] {
  const wanted = [
    ...Object.values(istioPods).map((labels) => ({ namespace: istioNamespace, labels })),
    ...gateways.flatMap(({ at, service }) =>
      at === undefined || Object.keys(service?.selector ?? {}).length === 0
        ? []
        : [{ namespace: at.namespace, labels: service?.selector ?? {} }],
    ),
    ...services
      .filter(({ selector }) => Object.keys(selector).length > 0)
      .map(({ service, selector }) => ({ namespace: service.slice(0, service.indexOf("/")), labels: selector })),
  ];
  return pods.filter(({ metadata }) =>
    wanted.some(
      ({ namespace, labels }) => namespace === metadata.namespace && hasLabels(metadata.labels ?? {}, labels),
    ),
  );
}

/** The pods that are none of the mesh's, with what policies go by. */
export function readOtherPods(pods: readonly KubeObject[], meshPods: readonly PodFacts[]): readonly BesidePod[] {
  const known = new Set(meshPods.map(({ namespace, name }) => `${namespace}/${name}`));
  return pods
    .filter(({ metadata }) => !known.has(`${metadata.namespace ?? ""}/${metadata.name}`))
    .map(readPod)
    .map(({ namespace, name, labels, addresses, proxy, hostNetwork, ports }) => ({
      namespace,
      name,
      labels,
      addresses,
      proxy,
      hostNetwork,
      ports,
    }));
}

/** One pod, reduced to what the checks judge. */
export function readPod(pod: KubeObject): PodFacts {
  const spec = (pod["spec"] ?? {}) as PodSpec;
  const status = (pod["status"] ?? {}) as PodStatus;
  const { containers = [], initContainers = [] } = spec;
  const sidecars = initContainers.filter((one) => one.restartPolicy === "Always");
  const addresses = (status.podIPs ?? []).map((one) => one.ip);
  return {
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    labels: pod.metadata.labels ?? {},
    addresses: addresses.length === 0 && status.podIP !== undefined ? [status.podIP] : addresses,
    ready: status.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true,
    started: status.startTime ?? "",
    proxy: [...containers, ...initContainers].some((one) => one.name === "istio-proxy"),
    init: initContainers.some((one) => one.name === "istio-init"),
    hostNetwork: spec.hostNetwork === true,
    ...inboundOf(pod),
    serviceAccount: spec.serviceAccountName ?? "default",
    ...ownerOf(pod),
    ports: [...portsOf(containers), ...portsOf(sidecars).map((port) => ({ ...port, sidecar: true }))],
  };
}

function inboundOf(pod: KubeObject): Pick<PodFacts, "inbound"> {
  const { annotations = {} } = pod.metadata;
  const listOf = (text: string): readonly number[] => text.split(",").map(Number);
  const exclude = annotations[inboundAnnotations.exclude];
  const include = annotations[inboundAnnotations.include];
  if (exclude === undefined && (include === undefined || include === "*")) {
    return {};
  }
  const deployment = deploymentOf(pod);
  return {
    inbound: {
      ...(exclude === undefined ? {} : { exclude: listOf(exclude) }),
      ...(include === undefined || include === "*" ? {} : { include: listOf(include) }),
      ...(deployment === undefined ? {} : { deployment }),
    },
  };
}

/** The part of a pod's facts that says what made it. */
export function ownerOf(pod: KubeObject): Pick<PodFacts, "owner"> {
  const deployment = deploymentOf(pod);
  const owners = (pod.metadata["ownerReferences"] ?? []) as readonly {
    readonly kind: string;
    readonly name: string;
    readonly controller?: boolean;
  }[];
  const [owner] = owners.filter(({ controller }) => controller === true);
  if (deployment !== undefined) {
    return { owner: { kind: "Deployment", name: deployment } };
  }
  return owner === undefined ? {} : { owner: { kind: owner.kind, name: owner.name } };
}

function portsOf(containers: readonly Container[]): PodFacts["ports"] {
  return containers.flatMap((container) =>
    (container.ports ?? []).map(({ name, containerPort, protocol = "TCP" }) => ({
      ...(name === undefined ? {} : { name }),
      port: containerPort,
      protocol,
    })),
  );
}
