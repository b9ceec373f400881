import type { PodTemplate } from "../manifests/pod-template.ts";
import { podTemplateOf } from "../manifests/pod-template.ts";
import type { KubeObject } from "../model/kube-object.ts";
import type { Service } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { serviceKey } from "../render/materials.ts";
import { hasLabels } from "../model/labels.ts";
import type { PolicyPod, Protocol } from "./policy-pod.ts";

/** Where a service is reached, as its manifests say. */
export interface ServicePods {
  /** Labels of its pods. */
  readonly selector: Readonly<Record<string, string>>;
  /** The pods' ports behind the service's port, ascending: several where versions differ. */
  readonly ports: readonly number[];
  /** The name of a port that no pod template of the manifests has; then `ports` is the service's own. */
  readonly unresolved?: string;
}

/** A port of a service's Service beside the one that the mesh file names. */
export interface FurtherPort {
  /** Of the Service. */
  readonly port: number;
  readonly protocol: Protocol;
  /** The pods' ports behind it, ascending; none where it has a name that no pod template of the manifests has. */
  readonly targets: readonly number[];
}

interface Container {
  readonly ports?: readonly { readonly name?: string; readonly containerPort?: number; readonly protocol?: string }[];
  readonly restartPolicy?: string;
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly WirePort[];
}

interface WirePort {
  readonly port?: number;
  readonly targetPort?: number | string;
  readonly protocol?: Protocol;
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
  const spec = specOf(service, manifests);
  const selector = selectorOf(service, spec);
  const target = spec.ports?.find((one) => one.port === service.port)?.targetPort;
  if (typeof target !== "string") {
    return { selector, ports: [target ?? service.port] };
  }
  const ports = targetsNamed(target, templatesOf(selector, manifests));
  return ports.length === 0 ? { selector, ports: [service.port], unresolved: target } : { selector, ports };
}

/** The ports of its Service in the manifests that the mesh file does not name, with the pods' ports behind them. */
export function furtherPortsOf(service: Service, manifests: readonly KubeObject[]): readonly FurtherPort[] {
  const spec = specOf(service, manifests);
  const all = spec.ports ?? [];
  const templates = templatesOf(selectorOf(service, spec), manifests);
  const named = all.find((one) => one.port === service.port);
  return all
    .filter((one) => one !== named)
    .flatMap(({ port, targetPort = port, protocol = "TCP" }) =>
      port === undefined || targetPort === undefined
        ? []
        : [
            {
              port,
              protocol,
              targets: typeof targetPort === "string" ? targetsNamed(targetPort, templates) : [targetPort],
            },
          ],
    );
}

/** The pods that the manifests make for the service, as policies see them; where they make none, one that has just the labels that its Service asks for. */
export function podsInManifests(service: Service, manifests: readonly KubeObject[]): readonly PolicyPod[] {
  const labels = selectorOf(service, specOf(service, manifests));
  const templates = templatesOf(labels, manifests);
  return (templates.length === 0 ? [{ labels, annotations: {}, spec: {}, path: [] }] : templates).map(
    (template): PolicyPod => ({
      namespace: service.namespace,
      name: service.name,
      labels: template.labels,
      namespaceLabels: {},
      addresses: [],
      hostNetwork: template.spec["hostNetwork"] === true,
      ports: containersOf(template)
        .flatMap(({ ports = [] }) => ports)
        .flatMap(({ name, containerPort: port, protocol = "TCP" }) =>
          port === undefined ? [] : [{ port, protocol, ...(name === undefined ? {} : { name }) }],
        ),
    }),
  );
}

function specOf(service: Service, manifests: readonly KubeObject[]): ServiceSpec {
  const manifest = manifests.find((object) => object.kind === "Service" && object.metadata.name === service.name);
  return (manifest?.["spec"] ?? {}) as ServiceSpec;
}

function selectorOf(service: Service, { selector }: ServiceSpec): Readonly<Record<string, string>> {
  return selector ?? { app: service.name };
}

function templatesOf(
  selector: Readonly<Record<string, string>>,
  manifests: readonly KubeObject[],
): readonly PodTemplate[] {
  return manifests
    .flatMap((object) => podTemplateOf(object) ?? [])
    .filter((template) => hasLabels(template.labels, selector));
}

/** Ascending, of every version once. */
function targetsNamed(name: string, templates: readonly PodTemplate[]): readonly number[] {
  const ports = templates
    .flatMap(containersOf)
    .flatMap((container) => container.ports ?? [])
    .flatMap((port) => (port.name === name && port.containerPort !== undefined ? [port.containerPort] : []));
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** The same, as the manifests of the mesh say. */
export function podsOfService(
  service: Service,
  { serviceManifests }: Pick<Materials, "serviceManifests">,
): ServicePods {
  return servicePodsOf(service, serviceManifests[serviceKey(service)] ?? []);
}

/** Of containers that keep running: an init container with `restartPolicy: Always` is a sidecar, whose ports a Service finds too. */
function containersOf({ spec }: PodTemplate): readonly Container[] {
  const list = (field: string): readonly Container[] => (Array.isArray(spec[field]) ? spec[field] : []) as never;
  return [...list("containers"), ...list("initContainers").filter((one) => one.restartPolicy === "Always")];
}
