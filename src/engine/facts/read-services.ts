import type { ServiceFacts } from "../../core/checks/facts.ts";
import { exportAnnotation } from "../../core/checks/routes/visibility.ts";
import type { ServiceShape, SliceShape } from "../../core/checks/service-port.ts";
import { endpointsOf, portNameOf } from "../../core/checks/service-port.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { hasLabels } from "../../core/model/labels.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ServiceObjects } from "./service-endpoints.ts";
import { clusterEndpointsOf, readServiceObjects, slicesOf } from "./service-endpoints.ts";
import { addressesOf } from "./read-dns-address.ts";
import { deploymentOf, hasSidecar, refusesSidecar } from "./sidecars.ts";
import { isRunning } from "./read-pods.ts";
import type { WireServicePort } from "./read-service-port.ts";
import { readServicePort } from "./read-service-port.ts";
import { readWorkloads } from "./read-workloads.ts";
import { writtenBy } from "./written-by.ts";

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly type?: string;
  readonly externalName?: string;
  readonly ports?: readonly WireServicePort[];
  readonly selector?: Readonly<Record<string, string>>;
  readonly internalTrafficPolicy?: string;
}

/** One service of the mesh as a cluster has it. */
export async function readService(client: KubeClient, service: Service, signal: AbortSignal): Promise<ServiceFacts> {
  const { namespace, name } = service;
  const objects = await readServiceObjects(client, service, signal);
  const object = objects.service;
  const real = clusterEndpointsOf(service, objects);
  const spec = object?.["spec"] as ServiceSpec | undefined;
  const selector = spec?.selector ?? {};
  const bare = objects.pods
    .filter(isRunning)
    .filter(({ metadata }) => Object.keys(selector).length > 0 && hasLabels(metadata.labels ?? {}, selector))
    .filter((pod) => !hasSidecar(pod) && pod.metadata["deletionTimestamp"] === undefined);
  const refusing = bare.filter(refusesSidecar);
  const workloads = await readWorkloads(client, service, { pods: objects.pods, selector }, signal);
  return {
    service: `${namespace}/${name}`,
    present: object !== undefined,
    ...kindOf(spec),
    ...addressesIn(object),
    ...exportOf(object),
    ports: (spec?.ports ?? []).map((one) => one.port),
    selector,
    servicePorts: (spec?.ports ?? []).map(readServicePort),
    podsOf: real.podsOf,
    alsoAt: real.alsoAt ?? {},
    endpoints: endpointsOf(slicesOf(objects), undefined)
      .map(({ address }) => address)
      .sort(compareText),
    withoutSidecar: bare.map((pod) => pod.metadata.name),
    ...(refusing.length === 0 ? {} : { refusesSidecar: refusing.map(makerOf) }),
    ...(bare.length === 0 ? {} : { bare: bare.map((pod) => ({ ...makerOf(pod), ...hostNetworkOf(pod) })) }),
    ...(workloads.length === 0 ? {} : { workloads }),
    ...abandonedOf(objects, selector),
    ...foreignSlicesOf(objects, { selector, port: service.port }),
  };
}

function kindOf(spec: ServiceSpec | undefined): Pick<ServiceFacts, "headless" | "externalName" | "nodeLocal"> {
  return {
    headless: spec?.clusterIP === "None",
    ...(spec?.type === "ExternalName" ? { externalName: spec.externalName ?? "" } : {}),
    ...(spec?.internalTrafficPolicy === "Local" ? { nodeLocal: true } : {}),
  };
}

/** The label of what the EndpointSlice controller keeps (https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#management). */
const keptBy = { label: "endpointslice.kubernetes.io/managed-by", controller: "endpointslice-controller.k8s.io" };

/** Nobody's any more: the controller leaves what it kept as it is when the selector goes. */
function abandonedOf(
  { slices, service }: ServiceObjects,
  selector: Readonly<Record<string, string>>,
): Pick<ServiceFacts, "abandonedSlices"> {
  const left =
    service === undefined || Object.keys(selector).length > 0
      ? []
      : slices
          .filter(({ metadata }) => metadata.labels?.[keptBy.label] === keptBy.controller)
          .filter((slice) => endpointsOf([slice as SliceShape], undefined).length > 0)
          .map(({ metadata }) => metadata.name);
  return left.length === 0 ? {} : { abandonedSlices: left.toSorted(compareText) };
}

function foreignSlicesOf(
  objects: ServiceObjects,
  { selector, port }: { readonly selector: Readonly<Record<string, string>>; readonly port: number },
): Pick<ServiceFacts, "foreignSlices"> {
  const portName = portNameOf((objects.service?.["spec"] ?? {}) as ServiceShape, port);
  // Without a selector all of them are somebody's.
  const found =
    Object.keys(selector).length === 0
      ? []
      : objects.slices
          .filter(({ metadata }) => metadata.labels?.[keptBy.label] !== keptBy.controller)
          .map((slice) => ({
            name: slice.metadata.name,
            endpoints: endpointsOf([slice as SliceShape], portName).map(({ address }) => address),
            written: writtenBy(slice),
          }))
          .filter(({ endpoints }) => endpoints.length > 0);
  return found.length === 0 ? {} : { foreignSlices: found };
}

function addressesIn(object: KubeObject | undefined): Pick<ServiceFacts, "addresses"> {
  const addresses = object === undefined ? [] : addressesOf(object);
  return addresses.length === 0 ? {} : { addresses };
}

/** The annotation lists namespaces, `.` for its own, `*` for all and `~` for none. */
function exportOf(object: KubeObject | undefined): { readonly exportTo?: readonly string[] } {
  const annotation = object?.metadata.annotations?.[exportAnnotation];
  return annotation === undefined ? {} : { exportTo: annotation.split(",").map((one) => one.trim()) };
}

function hostNetworkOf(pod: KubeObject): { readonly hostNetwork?: true } {
  const spec = pod["spec"] as { readonly hostNetwork?: boolean } | undefined;
  return spec?.hostNetwork === true ? { hostNetwork: true } : {};
}

function makerOf(pod: KubeObject): { readonly pod: string; readonly deployment?: string } {
  const deployment = deploymentOf(pod);
  return { pod: pod.metadata.name, ...(deployment === undefined ? {} : { deployment }) };
}
