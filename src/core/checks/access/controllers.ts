import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import { holdsEndpoints } from "../control-plane/controller-hooks.ts";
import type { ControllerFacts, ControllerLease, Waiting } from "../controller-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import { reachedClusters } from "../reached.ts";
import { nodes, serviceIn, storedWrites } from "../subjects.ts";

/** Kubernetes' own controllers, judged by what they leave undone: the API server answers as ever without them. */
export const controllers: Check = {
  id: "access/controllers",
  sentence: "controllers and the scheduler of every cluster do their work",
  pre: true,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) => (one.controllers === undefined ? [] : findingsOf(one, one.controllers))),
};

/** They renew every two seconds and lose a Lease after fifteen (https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/). */
const silentSeconds = 60;

/** One of them that runs has renewed its Lease within this time. */
const renewedSeconds = 15;

/** One that nobody has renewed for so long is left over where they elect no leader any more. */
const forgottenSeconds = 86_400;

function findingsOf(one: ReachedCluster, facts: ControllerFacts): readonly Finding[] {
  return [
    ...of(one, facts, {
      code: "ISM591",
      program: "kube-controller-manager",
      undone: managersWork(isRefused(one, facts) ? { ...facts, endpointsOfNobody: [] } : facts),
      follows:
        "What it keeps stays as it is: endpoints of pods that are gone get requests, which fail, new ones get none, and no pod is made again.",
      right:
        "update endpointslices.discovery.k8s.io --as=system:serviceaccount:kube-system:endpointslice-controller --all-namespaces",
    }),
    ...of(one, facts, {
      code: "ISM592",
      program: "kube-scheduler",
      undone:
        facts.unscheduledPods.length === 0
          ? []
          : [
              `no scheduler has said a word of ${facts.unscheduledPods.length === 1 ? "pod" : "pods"} ${named(facts.unscheduledPods)}`,
            ],
      follows: "Pods that are made from now on get no node, and do not start.",
      right: "create pods --subresource=binding --as=system:kube-scheduler --all-namespaces",
    }),
  ];
}

/** A controller manager that runs is not to blame for endpoints that it may not write (`control-plane/controller-hooks`). */
function isRefused(one: ReachedCluster, { leases }: ControllerFacts): boolean {
  const isSilent = leases.some(({ name, silent }) => name === "kube-controller-manager" && silent >= silentSeconds);
  return !isSilent && (one.writeHooks ?? []).some(holdsEndpoints);
}

interface Program {
  readonly code: "ISM591" | "ISM592";
  readonly program: string;
  /** What it should have done. */
  readonly undone: readonly string[];
  readonly follows: string;
  /** Words of `kubectl auth can-i` that ask for a right without which it leaves just that undone. */
  readonly right: string;
}

function of(
  one: ReachedCluster,
  facts: ControllerFacts,
  { code, program, undone, follows, right }: Program,
): readonly Finding[] {
  const lease = facts.leases.find(({ name, silent }) => name === program && silent >= silentSeconds);
  if (undone.length === 0 && (lease === undefined || lease.silent > forgottenSeconds)) {
    return [];
  }
  const says = lease === undefined ? [] : [leaseWords(lease)];
  const runs = facts.leases.find(({ name, silent }) => name === program && silent <= renewedSeconds);
  return [
    (undone.length === 0 ? warning : problem)(code, {
      detail: `${program} of ${one.cluster} ${runs === undefined ? "does not do its work" : "runs, and does not do all of its work"}: ${[...says, ...undone].join("; ")}. ${follows}`,
      fix:
        runs === undefined
          ? `Whoever runs the control plane of ${one.cluster} has to bring ${program} back: it is a static pod in most clusters that people run themselves, and the provider's own where one is hired; where it runs, its log says why, or its accounts have lost rights. ${kubectl(one, "-n", "kube-system", "get", "pods", "-l", `component=${program}`)}`
          : `It renews its Lease, so that its rights or its load keep it from this: whoever runs the control plane of ${one.cluster} has to see what its log says, and whether the rights of its accounts are there (an API server that starts puts back ClusterRoles and bindings of Kubernetes that somebody deleted). ${kubectl(one, "auth", "can-i", ...right.split(" "))}`,
      cluster: one.cluster,
      needs: [storedWrites(one.cluster)],
      breaks: [
        nodes(one.cluster),
        ...(code === "ISM591" ? facts.endpointsOfNobody.map(({ service }) => serviceIn(one.cluster, service)) : []),
      ],
    }),
  ];
}

function managersWork({ endpointsOfNobody, unseenDeployments }: ControllerFacts): readonly string[] {
  const pods = [...new Set(endpointsOfNobody.map(({ pod, address }) => `${pod} (${address})`))];
  const services = [...new Set(endpointsOfNobody.map(({ service }) => service))];
  return [
    ...(pods.length === 0
      ? []
      : [
          `${some(pods)} of ${some(services)} ${pods.length === 1 ? "is a ready endpoint, and there is no such pod" : "are ready endpoints, and there are no such pods"}`,
        ]),
    ...(unseenDeployments.length === 0
      ? []
      : [`no controller has seen the last change of Deployment ${named(unseenDeployments)}`]),
  ];
}

function leaseWords({ holder, renewed, silent }: ControllerLease): string {
  return `its Lease in kube-system, held by ${holder === "" ? "nobody" : holder}, was renewed last at ${renewed}, ${silent} s before the newest one there`;
}

function named(all: readonly Waiting[]): string {
  return some(all.map(({ namespace, name, seconds }) => `${namespace}/${name} (${seconds} s ago)`));
}

function some(all: readonly string[]): string {
  return all.length > 3 ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more` : all.join(", ");
}
