import type { PodTemplate } from "../manifests/pod-template.ts";
import { podTemplateOf } from "../manifests/pod-template.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { serviceKey } from "../render/materials.ts";
import { hasLabels } from "../model/labels.ts";

/** Where a service is reached, as its manifests say. */
export interface ServicePods {
  /** Labels of its pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The pods' ports behind the service's port, ascending: several where versions differ. */
  readonly ports: readonly number[];
  /** The name of a port that no pod template of the manifests has; then `ports` is the service's own. */
  readonly unresolved?: string;
}

interface Container {
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number }[];
  readonly restartPolicy?: string;
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly port?: number; readonly targetPort?: number | string }[];
}

/**
 * Which pods are the service's and on which ports they listen: as its Service
 * in the manifests says, else `app: <name>` and the service's port. A named
 * target port is looked up in the pods' templates, those of every version: a
 * policy sees the pod's own port, whose name may mean another number in the
 * next version, and not every enforcer resolves names.
 * https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
 */
export function servicePodsOf(service: Service, manifests: readonly KubeObject[]): ServicePods {
  const manifest = manifests.find((object) => object.kind === "Service" && object.metadata.name === service.name);
  const spec = (manifest?.["spec"] ?? {}) as ServiceSpec;
  const selector = spec.selector ?? { app: service.name };
  const target = spec.ports?.find((one) => one.port === service.port)?.targetPort;
  if (typeof target !== "string") {
    return { selector, ports: [target ?? service.port] };
  }
  const ports = manifests
    .flatMap((object) => podTemplateOf(object) ?? [])
    .filter((template) => hasLabels(template.labels, selector))
    .flatMap((template) => portsNamed(target, template));
  return ports.length === 0
    ? { selector, ports: [service.port], unresolved: target }
    : { selector, ports: [...new Set(ports)].sort((one, other) => one - other) };
}

/** The same, as the manifests of the mesh say. */
export function podsOfService(
  service: Service,
  { serviceManifests }: Pick<Materials, "serviceManifests">,
): ServicePods {
  return servicePodsOf(service, serviceManifests[serviceKey(service)] ?? []);
}

/** Of containers that keep running: an init container with `restartPolicy: Always` is a sidecar, whose ports a Service finds too. */
function portsNamed(name: string, { spec }: PodTemplate): readonly number[] {
  const list = (field: string): readonly Container[] => (Array.isArray(spec[field]) ? spec[field] : []) as never;
  return [...list("containers"), ...list("initContainers").filter((one) => one.restartPolicy === "Always")]
    .flatMap((container) => container.ports ?? [])
    .flatMap((port) => (port.name === name && port.containerPort !== undefined ? [port.containerPort] : []));
}
