import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { istioNamespace } from "./names.ts";

/**
 * The LimitRange of `istio-system`, when the mesh asks for container defaults.
 * It does not carry Rancher's `resourcequota.management.cattle.io/default-resource-quota`
 * label: Rancher takes an object with it for its own and overwrites or deletes it (docs/guides/from-the-runbook.md, S3; docs/rancher-double.md).
 */
export function renderLimitRange(mesh: Mesh): KubeObject[] {
  const defaults = mesh.istio.containerDefaults;
  if (defaults === undefined) {
    return [];
  }
  const limit = quantities(defaults.limitsCpu, defaults.limitsMemory);
  const request = quantities(defaults.requestsCpu, defaults.requestsMemory);
  return [
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "istio-limitrange", namespace: istioNamespace },
      spec: {
        limits: [
          {
            type: "Container",
            ...(Object.keys(limit).length === 0 ? {} : { default: limit }),
            ...(Object.keys(request).length === 0 ? {} : { defaultRequest: request }),
          },
        ],
      },
    },
  ];
}

function quantities(cpu: string | undefined, memory: string | undefined): Record<string, string> {
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}
