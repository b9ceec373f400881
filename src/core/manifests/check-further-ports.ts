import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import { compilePolicies, isPort } from "../policies/network-policy.ts";
import { policyFactsOf } from "../policies/policy-facts-of.ts";
import type { FurtherPort } from "../policies/service-ports.ts";
import { furtherPortsOf, podsInManifests, servicePodsOf } from "../policies/service-ports.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";

/** The sidecar's own, which the policies of every service open for metrics. */
const sidecarPorts = [15_020, 15_090];

/** Strict policies open the port that the mesh file names: a further one of the Service is closed unless a policy in the manifests opens it. */
export function checkFurtherPorts(checked: CheckedService, { hardening }: Mesh): readonly Finding[] {
  const { service, manifests } = checked;
  const object = findService(checked);
  if (hardening.networkPolicies !== "strict" || object === undefined) {
    return [];
  }
  const open = [...servicePodsOf(service, manifests).ports, ...sidecarPorts];
  const closed = furtherPortsOf(service, manifests).filter(
    (one) =>
      !(one.protocol === "TCP" && one.targets.length > 0 && one.targets.every((target) => open.includes(target))) &&
      !isOpened(one, service, manifests),
  );
  if (closed.length === 0) {
    return [];
  }
  const several = closed.length > 1;
  return [
    {
      code: "ISM799",
      severity: "warning",
      object,
      detail: `Service ${service.name} has the ${several ? "ports" : "port"} ${closed.map(describePort).join(", ")} too, and the mesh file names ${service.port}. The network policies of the service open what the mesh file names: nobody else's pods, and no gateway, reach the ${several ? "others" : "other one"}.`,
      fix: `Write a NetworkPolicy into the manifests that opens ${closed.map(describeTarget).join(", ")} of its pods to those who need it (policies add up), or take the ${several ? "ports" : "port"} out of the Service.`,
    },
  ];
}

/** Whether a NetworkPolicy of the manifests admits somebody to it, at every version's pods. */
function isOpened(
  { port, protocol, targets }: FurtherPort,
  service: Service,
  manifests: readonly KubeObject[],
): boolean {
  const { policies } = compilePolicies(manifests.filter(({ kind }) => kind === "NetworkPolicy").map(policyFactsOf));
  return podsInManifests(service, manifests).every((pod) => {
    const own = targets.filter((target) => pod.ports.some((one) => one.port === target));
    const behind = [own, targets, [port]].find((ports) => ports.length > 0) ?? [];
    return behind.every((target) =>
      policies.some(
        ({ facts, selects, ingress }) =>
          facts.types.ingress &&
          ["", pod.namespace].includes(facts.namespace) &&
          selects(pod.labels) &&
          ingress.some(
            ({ ports }) =>
              ports.length === 0 || ports.some((one) => isPort(one, { port: target, protocol }, { kind: "pod", pod })),
          ),
      ),
    );
  });
}

function describePort({ port, protocol }: FurtherPort): string {
  return `${protocol === "TCP" ? "" : `${protocol} `}${port}`;
}

/** The pods' ports, which are what a policy sees. */
function describeTarget({ port, protocol, targets }: FurtherPort): string {
  return targets.length === 0
    ? `the port behind ${describePort({ port, protocol, targets })}`
    : targets.map((target) => describePort({ port: target, protocol, targets })).join(", ");
}
