import type { ReachedCluster, ServiceFacts } from "../checks/facts.ts";
import type { PodFacts } from "../checks/pod-facts.ts";
import type { Service } from "../model/mesh.ts";
import { hasLabels } from "../model/labels.ts";

/** A service of the mesh as one cluster has it; undefined where the facts do not know it. */
export function serviceIn(one: ReachedCluster, service: Service): ServiceFacts | undefined {
  return one.services.find((other) => other.service === `${service.namespace}/${service.name}`);
}

/** The running pods of a service in one cluster; none where its Service has no selector. */
export function servicePods(one: ReachedCluster, service: Service): readonly PodFacts[] {
  const { selector = {} } = serviceIn(one, service) ?? {};
  return Object.keys(selector).length === 0
    ? []
    : one.pods.filter((pod) => pod.namespace === service.namespace && hasLabels(pod.labels, selector));
}

/** A pod's port behind a port of a Service; undefined where the Service has no such port, or the pod none of that name. */
export function targetPortOf(here: ServiceFacts, port: number, pod: Pick<PodFacts, "ports">): number | undefined {
  const target = here.servicePorts.find((one) => one.port === port)?.targetPort;
  return typeof target === "string" ? pod.ports.find((one) => one.name === target)?.port : target;
}
