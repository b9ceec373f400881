import type { Mesh } from "../model/mesh.ts";
import { servicePodsOf } from "../policies/service-ports.ts";
import { findService } from "./check-service.ts";
import type { CheckedService, Finding } from "./finding.ts";

/** A policy needs the number of the pods' port, which a named target port has in the pods' templates only. */
export function checkPolicyPort(checked: CheckedService, { hardening }: Mesh): readonly Finding[] {
  const { service, manifests } = checked;
  const { unresolved } = servicePodsOf(service, manifests);
  const object = findService(checked);
  return hardening.networkPolicies === false || unresolved === undefined || object === undefined
    ? []
    : [
        {
          code: "ISM560",
          severity: "warning",
          object,
          detail: `Service ${service.name} leads to the port named ${unresolved}, and no pods in its manifests have a port of that name. The network policies of the service open ${service.port}, the Service's port, which is the pods' only by chance.`,
          fix: "Write the number as the Service's targetPort, or put the workload into the manifests.",
        },
      ];
}
