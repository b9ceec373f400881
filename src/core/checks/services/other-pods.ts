import type { ObjectId } from "../../model/kube-object.ts";
import type { Service } from "../../model/mesh.ts";
import { serviceIn, targetPortOf } from "../../policies/service-pods.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster, ServiceFacts, WorkloadOfVersion } from "../facts.ts";
import { meshClusters } from "../reached.ts";

/**
 * Pods that a Service selects get its requests, whoever made them. What answers
 * there is not seen from the API: where they do not even declare the port that
 * the mesh's own pods do, that is an error.
 */
export const otherPods: Check = {
  id: "services/other-pods",
  sentence: "pods that services select are those of their versions",
  pre: false,
  run: (facts) =>
    meshClusters(facts).flatMap((one) => facts.mesh.services.flatMap((service) => findingsOf(one, service))),
};

function findingsOf(one: ReachedCluster, service: Service): readonly Finding[] {
  const here = serviceIn(one, service);
  return here === undefined
    ? []
    : (here.workloads ?? [])
        .filter((workload) => isOther(here, workload))
        .map((workload) => findingOf(one, service, { here, workload }));
}

/** Of several workloads of one version those that no apply made, where an apply has made one of them. */
function isOther({ workloads = [] }: ServiceFacts, { version, own }: WorkloadOfVersion): boolean {
  return !own && (version === "" || workloads.some((other) => other.version === version && other.own));
}

function findingOf(
  one: ReachedCluster,
  service: Service,
  { here, workload }: { readonly here: ServiceFacts; readonly workload: WorkloadOfVersion },
): Finding {
  const { version, kind, name, pods, written } = workload;
  const object: ObjectId = { group: kind === "Pod" ? "" : "apps", kind, namespace: service.namespace, name };
  const silent = declaresPort(one, service, here, ownPods(here, workload)) && !declaresPort(one, service, here, pods);
  const who = written.by === "" ? "" : ` (written by ${written.by} at ${written.at})`;
  const are = pods.length === 1 ? "is" : "are";
  return (silent ? problem : warning)("ISM590", {
    detail: `${pods.join(", ")} of ${one.cluster} ${are} of ${kind} ${service.namespace}/${name}${who}, which ${version === "" ? "is in no version of the mesh file" : `no apply made: it is beside the workload of version ${version}`}. The selector of Service ${here.service} takes ${pods.length === 1 ? "it" : "them"} in, so that a part of the requests goes there${silent ? `; ${pods.length === 1 ? "it does" : "they do"} not declare the port that the pods of the version do, and requests are refused where nothing listens at it` : "; what answers there is not seen from here"}.`,
    fix: `Whoever made it has to decide: give its pods labels that the Service does not select, add it to the mesh file as a version, or delete it: ${kubectlCommand(one, "delete", object)}`,
    cluster: one.cluster,
    object,
  });
}

function ownPods({ workloads = [] }: ServiceFacts, { version }: WorkloadOfVersion): readonly string[] {
  return workloads
    .filter((other) => other.own && (version === "" || other.version === version))
    .flatMap(({ pods }) => pods);
}

/** Whether one of the pods has a container that says that it listens at the service's port. */
function declaresPort(one: ReachedCluster, service: Service, here: ServiceFacts, names: readonly string[]): boolean {
  return one.pods
    .filter((pod) => pod.namespace === service.namespace && names.includes(pod.name))
    .some((pod) => {
      const target = targetPortOf(here, service.port, pod);
      return target !== undefined && pod.ports.some(({ port }) => port === target);
    });
}
