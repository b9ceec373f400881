import { servicePods, serviceIn as serviceOf, targetPortOf } from "../../policies/service-pods.ts";
import { hasLabels } from "../../model/labels.ts";
import { istioNamespace } from "../../render/names.ts";
import type { BesideFacts } from "../beside-facts.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import type { PodFacts } from "../pod-facts.ts";
import { meshClusters } from "../reached.ts";
import { requestsTo, sidecarsOf } from "../subjects.ts";
import type { Service } from "../../model/mesh.ts";

/** Annotations that lead requests past a sidecar (https://istio.io/latest/docs/reference/config/annotations/). */
export const inboundAnnotations = {
  exclude: "traffic.sidecar.istio.io/excludeInboundPorts",
  include: "traffic.sidecar.istio.io/includeInboundPorts",
} as const;

/** A pod may have a sidecar that does not take its service's port: mTLS then meets the application, or no listener. */
export const sidecarPorts: Check = {
  id: "services/sidecar-ports",
  sentence: "sidecars take the ports of the mesh's services",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => facts.mesh.services.flatMap((service) => findingsOf(one, service))),
};

interface Past {
  readonly pod: PodFacts;
  readonly port: number;
  readonly why: string;
  /** What puts it right; none where somebody's object says it. */
  readonly commands: readonly string[];
}

function findingsOf(one: ReachedCluster, service: Service): readonly Finding[] {
  const here = serviceOf(one, service);
  if (here === undefined) {
    return [];
  }
  const past = servicePods(one, service).flatMap((pod): readonly Past[] => {
    const port = targetPortOf(here, service.port, pod);
    return port === undefined || !pod.proxy ? [] : (byAnnotation(one, pod, port) ?? bySidecar(one, pod, port));
  });
  const [first] = past;
  return first === undefined
    ? handedElsewhere(one, service, here)
    : [
        problem("ISM539", {
          detail: `${past.map(({ pod }) => pod.name).join(", ")} of ${here.service} in ${one.cluster} ${past.length === 1 ? "has a sidecar that does" : "have sidecars that do"} not take port ${first.port}: ${first.why}. Requests of gateways come by mTLS, which nobody ends there.`,
          fix: "Take it out, also where it is written down; a service of several networks needs its sidecars.",
          commands: [...new Set(past.flatMap(({ commands }) => commands))],
          cluster: one.cluster,
          object: { group: "", kind: "Service", namespace: service.namespace, name: service.name },
          breaks: [sidecarsOf(one.cluster, here.service), requestsTo(one.cluster, here.service)],
        }),
      ];
}

/** A warning: a container may listen at a port that it does not declare. */
function handedElsewhere(
  one: ReachedCluster,
  service: Service,
  here: NonNullable<ReturnType<typeof serviceOf>>,
): readonly Finding[] {
  const [first, ...more] = servicePods(one, service).flatMap((pod) => {
    const port = targetPortOf(here, service.port, pod);
    const by = pod.proxy ? sidecarOf(one, pod) : undefined;
    const to = port === undefined ? undefined : by?.handed?.[port];
    return by === undefined || to === undefined || pod.ports.some((declared) => declared.port === to)
      ? []
      : [{ pod, by, port, to }];
  });
  if (first === undefined) {
    return [];
  }
  const { by, port, to } = first;
  return [
    warning("ISM766", {
      detail: `Sidecar ${by.namespace}/${by.name} of ${one.cluster} has the proxies of ${[first, ...more].map(({ pod }) => pod.name).join(", ")} hand what comes for ${here.service} at port ${port} to port ${to}, which no container of theirs declares: where nothing listens there, callers get 503.`,
      fix: `Whoever wrote it has to decide: where it is not meant so, delete it, and requests go to the port that the Service names: ${kubectl(one, "-n", by.namespace, "delete", "sidecar.networking.istio.io", by.name)}`,
      cluster: one.cluster,
      object: { group: "networking.istio.io", kind: "Sidecar", namespace: by.namespace, name: by.name },
    }),
  ];
}

function byAnnotation(one: ReachedCluster, pod: PodFacts, port: number): readonly Past[] | undefined {
  const { exclude = [], include, deployment } = pod.inbound ?? {};
  const annotation = exclude.includes(port)
    ? inboundAnnotations.exclude
    : include !== undefined && !include.includes(port)
      ? inboundAnnotations.include
      : undefined;
  if (annotation === undefined) {
    return undefined;
  }
  const without = JSON.stringify({ spec: { template: { metadata: { annotations: { [annotation]: null } } } } });
  return [
    {
      pod,
      port,
      why: `its annotation ${annotation} leads requests past it`,
      commands:
        deployment === undefined
          ? []
          : [kubectl(one, "-n", pod.namespace, "patch", "deployment", deployment, "--type=merge", "-p", without)],
    },
  ];
}

/** A Sidecar with a selector goes before one of the namespace, and that before the mesh's. */
function sidecarOf(one: ReachedCluster, pod: PodFacts): BesideFacts["sidecars"][number] | undefined {
  const all = one.routing.beside?.sidecars ?? [];
  return [
    ...all.filter(
      ({ namespace, selector }) =>
        namespace === pod.namespace && selector !== undefined && hasLabels(pod.labels, selector),
    ),
    ...all.filter(({ namespace, selector }) => namespace === pod.namespace && selector === undefined),
    ...all.filter(({ namespace, selector }) => namespace === istioNamespace && selector === undefined),
  ][0];
}

function bySidecar(one: ReachedCluster, pod: PodFacts, port: number): readonly Past[] {
  const found = sidecarOf(one, pod);
  return found === undefined || found.ports.includes(port)
    ? []
    : [
        {
          pod,
          port,
          why: `Sidecar ${found.namespace}/${found.name} names ${found.ports.join(", ")} alone`,
          commands: [kubectl(one, "-n", found.namespace, "delete", "sidecar.networking.istio.io", found.name)],
        },
      ];
}
