import type { KubeObject } from "../model/kube-object.ts";
import { groupOf } from "../model/kube-object.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import type { PodTemplate } from "./pod-template.ts";
import { fieldsAt, podTemplateOf, textsOf } from "./pod-template.ts";
import { hasLabels } from "../model/labels.ts";
import { checkRouteProtocol } from "./check-route-protocol.ts";
import type { CheckedService, Finding } from "./finding.ts";

interface Port {
  readonly name?: unknown;
  readonly port?: unknown;
  readonly targetPort?: unknown;
  readonly protocol?: unknown;
}

/** The Service of a service's manifests: the one of its name, in its namespace where they say one. */
export function findService({ service, manifests }: CheckedService): KubeObject | undefined {
  const named = manifests.filter(
    (object) => object.kind === "Service" && object.apiVersion === "v1" && object.metadata.name === service.name,
  );
  return named.find((object) => namespaceOf(object, service.namespace) === service.namespace);
}

/** What the Service in the manifests says against the mesh file: not there, another namespace, another port, no address of its own, as other networks need one. */
export function checkService(checked: CheckedService, mesh: Mesh): readonly Finding[] {
  const { service, manifests } = checked;
  const all = manifests.filter((object) => object.kind === "Service" && object.apiVersion === "v1");
  const object = findService(checked);
  if (object === undefined) {
    return [findMissing(checked, all)];
  }
  const spec = fieldsAt(object, ["spec"]) ?? {};
  const ports = (Array.isArray(spec["ports"]) ? spec["ports"] : []) as readonly Port[];
  const port = findPort(ports, service.port);
  const where = `Service ${service.name}`;
  return [
    ...(spec["type"] === "ExternalName"
      ? [
          {
            code: "ISM229" as const,
            severity: "error" as const,
            object,
            detail: `${where} is of type ExternalName: it is an alias of another name and has no pods, so that no version of it can be told apart.`,
            fix: "Give the Service a selector and ports instead of externalName, or take the service out of the mesh file.",
          },
        ]
      : []),
    ...(spec["clusterIP"] === "None" ? checkHeadless(service, object, mesh) : []),
    ...(port === undefined && spec["type"] !== "ExternalName"
      ? [
          {
            code: "ISM229" as const,
            severity: "error" as const,
            object,
            detail: `The mesh file says port ${service.port}, and ${where} has ${ports.length === 0 ? "no ports" : `${ports.length === 1 ? "the port" : "the ports"} ${ports.map((one) => String(one.port)).join(", ")}`}. Routes would lead nowhere.`,
            fix: `Write ${ports.length === 1 ? `port: ${String(ports[0]?.port)}` : "one of its ports"} in the mesh file, or give the Service the port ${service.port}.`,
          },
        ]
      : []),
    ...checkProtocol(object, port),
    ...checkRouteProtocol(service, object, port),
    ...checkSelector(checked, object),
    ...checkTargetPort(checked, object, port),
  ];
}

/**
 * A headless Service has no address that a gateway could stand for: its name
 * leads to pods, of which other networks reach none
 * (https://istio.io/latest/docs/ops/configuration/traffic-management/traffic-routing/#headless-services).
 */
function checkHeadless({ name, exported }: Service, object: KubeObject, { clusters }: Mesh): readonly Finding[] {
  const networks = new Set(clusters.map(({ network }) => network)).size;
  return !exported || clusters.length < 2
    ? []
    : [
        {
          code: "ISM229",
          severity: networks > 1 ? "error" : "warning",
          object,
          detail: `Service ${name} is headless (clusterIP: None). Its name leads to the pods themselves${networks > 1 ? ", and pods of another network cannot be reached that way" : ""}: in every cluster it leads to that cluster's own pods only.`,
          fix: "Write export: false at the service in the mesh file, if each cluster is to use its own pods only. For traffic between clusters, take `clusterIP: None` out, or make a second Service without it (for a StatefulSet one for each pod, by the label statefulset.kubernetes.io/pod-name) and name that one in the mesh file.",
        },
      ];
}

/** A number may be there once for each protocol: TCP first. One in quotes is refused elsewhere, and is the port that is meant. */
function findPort(ports: readonly Port[], port: number): Port | undefined {
  const numbered = ports.filter((one) => one.port === port || one.port === String(port));
  return numbered.find((one) => (one.protocol ?? "TCP") === "TCP") ?? numbered[0];
}

/** Istio takes no port into the mesh that is not TCP (https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/). */
function checkProtocol(object: KubeObject, port: Port | undefined): readonly Finding[] {
  const protocol = port?.protocol ?? "TCP";
  return protocol === "TCP"
    ? []
    : [
        {
          code: "ISM229",
          severity: "error",
          object,
          detail: `Port ${String(port?.port)} of Service ${object.metadata.name} is ${String(protocol)}, and a mesh carries TCP only: proxies do not know the port, and no other cluster is reached through it.`,
          fix: "Name a TCP port of the Service in the mesh file.",
        },
      ];
}

/** Without a selector nobody but whoever writes its endpoints gives a Service any. */
function checkSelector({ manifests }: CheckedService, object: KubeObject): readonly Finding[] {
  const spec = fieldsAt(object, ["spec"]) ?? {};
  const selector = fieldsAt(spec, ["selector"]) ?? {};
  const { name } = object.metadata;
  const isWritten = manifests.some(
    (one) =>
      (one.kind === "Endpoints" && one.metadata.name === name) ||
      (one.kind === "EndpointSlice" && one.metadata.labels?.["kubernetes.io/service-name"] === name),
  );
  return Object.keys(selector).length > 0 || spec["type"] === "ExternalName" || isWritten
    ? []
    : [
        {
          code: "ISM234",
          severity: "warning",
          object,
          detail: `Service ${name} has no selector, so that it gets no pods: as long as nothing else writes its endpoints, requests to it are answered with 503.`,
          fix: "Write the labels of its pods into spec.selector.",
        },
      ];
}

function findMissing({ service }: CheckedService, all: readonly KubeObject[]): Finding {
  const elsewhere = all.find((one) => one.metadata.name === service.name);
  if (elsewhere !== undefined) {
    return {
      code: "ISM229",
      severity: "error",
      object: elsewhere,
      detail: `Service ${service.name} stands in the namespace ${String(elsewhere.metadata.namespace)}, and the mesh file says ${service.namespace}. Routes would lead to a Service that is not there.`,
      fix: `Write the same namespace in both.`,
    };
  }
  const names = all.map((one) => one.metadata.name);
  return {
    code: "ISM229",
    severity: "warning",
    detail: `The manifests of service ${service.name} have no Service of that name${names.length === 0 ? "" : `, but ${names.join(", ")}`}. As long as nothing else makes it, its name leads nowhere.`,
    fix:
      names.length === 0
        ? `Add a Service ${service.name} with the port ${service.port} to the manifests, if nothing else makes it.`
        : `Name the service as its Service is called, or add a Service ${service.name}.`,
  };
}

/** A named target port is looked up in each pod; a pod without it gets no traffic. */
function checkTargetPort(checked: CheckedService, object: KubeObject, port: Port | undefined): readonly Finding[] {
  const target = port?.targetPort;
  const selector = textsOf(fieldsAt(object, ["spec", "selector"]));
  if (typeof target !== "string" || /^\d+$/.test(target) || Object.keys(selector).length === 0) {
    return [];
  }
  return checked.manifests.flatMap((workload): readonly Finding[] => {
    const template = podTemplateOf(workload);
    if (
      template === undefined ||
      !hasLabels(template.labels, selector) ||
      !Array.isArray(template.spec["containers"])
    ) {
      return [];
    }
    const names = portNamesOf(template.spec);
    return names.includes(target)
      ? []
      : [
          {
            code: "ISM234",
            severity: "error",
            object: workload,
            detail: `Service ${checked.service.name} leads to the port named ${target}, and no container of ${workload.kind} ${workload.metadata.name} that goes on running has a port of that name. Its pods would never get a request.`,
            fix: `Name the container's port: ports: [{ name: ${target}, containerPort: NUMBER }], or write the number as the Service's targetPort.`,
          },
        ];
  });
}

/**
 * The names of the ports that a pod serves. An init container that ends has
 * none; one with `restartPolicy: Always` is a sidecar and has its own
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/).
 */
function portNamesOf(spec: PodTemplate["spec"]): readonly unknown[] {
  type Container = { readonly ports?: readonly { readonly name?: unknown }[]; readonly restartPolicy?: unknown } | null;
  const listOf = (field: string): readonly Container[] =>
    Array.isArray(spec[field]) ? (spec[field] as readonly Container[]) : [];
  return [
    ...listOf("containers"),
    ...listOf("initContainers").filter((one) => one?.restartPolicy === "Always"),
  ].flatMap((container) => (Array.isArray(container?.ports) ? container.ports : []).map((one) => one?.name));
}

function namespaceOf(object: KubeObject, fallback: string): string {
  return object.metadata.namespace ?? fallback;
}

/** Objects of the mesh's own kinds in the folder that change where the service's traffic goes. */
export function checkRouting({ service, manifests }: CheckedService): readonly Finding[] {
  const names = new Set([
    service.name,
    `${service.name}.${service.namespace}`,
    `${service.name}.${service.namespace}.svc`,
    `${service.name}.${service.namespace}.svc.cluster.local`,
  ]);
  const hosts = new Set(service.routes.flatMap((route) => route.hosts));
  return manifests.flatMap((object): readonly Finding[] => {
    if (groupOf(object.apiVersion) !== "networking.istio.io") {
      return [];
    }
    const spec = fieldsAt(object, ["spec"]) ?? {};
    const isOwn = (host: unknown): boolean => typeof host === "string" && names.has(host);
    const listed = Array.isArray(spec["hosts"]) ? spec["hosts"] : [];
    const sameName =
      object.metadata.name === service.name && namespaceOf(object, service.namespace) === service.namespace;
    if (object.kind === "DestinationRule" && isOwn(spec["host"]) && !(sameName && service.versions.length > 0)) {
      return [
        {
          code: "ISM235",
          severity: "warning",
          object,
          detail: `DestinationRule ${object.metadata.name} is for ${String(spec["host"])}, and so is the one that isthmus makes of the service's versions. Istio takes what it needs from either, depending on which is older and which names a subset.`,
          fix: "Take it out of the manifests, or leave the versions out of the mesh file and route by hand.",
        },
      ];
    }
    const shared = listed.filter((host) => isOwn(host) || (typeof host === "string" && hosts.has(host)));
    if (object.kind === "VirtualService" && shared.length > 0 && service.routes.length > 0) {
      return service.routes.some((route) => route.name === object.metadata.name)
        ? []
        : [
            {
              code: "ISM235",
              severity: "warning",
              object,
              detail: `VirtualService ${object.metadata.name} is for ${shared.map(String).join(", ")}, where the mesh file's ${service.routes.length === 1 ? "route" : "routes"} ${service.routes.map((route) => route.name).join(", ")} of service ${service.name} also ${service.routes.length === 1 ? "stands" : "stand"}. Requests that it matches do not obey the weights.`,
              fix: "Take it out of the manifests, or out of the mesh file what it decides.",
            },
          ];
    }
    return [];
  });
}
