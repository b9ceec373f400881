import type { NodeFacts } from "../../core/checks/node-facts.ts";
import type { KubeClient } from "../../kube/client.ts";

interface NodeSpec {
  readonly unschedulable?: boolean;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

/** All nodes of a cluster. */
export async function readNodes(client: KubeClient, signal: AbortSignal): Promise<readonly NodeFacts[]> {
  const nodes = await client.list({ apiVersion: "v1", kind: "Node" }, { signal });
  return nodes.map((node) => {
    const status = node["status"] as
      | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
      | undefined;
    const { unschedulable, taints = [] } = (node["spec"] ?? {}) as NodeSpec;
    const closing = taints.filter(({ effect }) => effect !== "PreferNoSchedule");
    return {
      name: node.metadata.name,
      ready: status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true,
      region: node.metadata.labels?.["topology.kubernetes.io/region"] ?? "",
      zone: node.metadata.labels?.["topology.kubernetes.io/zone"] ?? "",
      ...(unschedulable === true ? { cordoned: true } : {}),
      ...(closing.length === 0
        ? {}
        : {
            taints: closing.map(({ key, value, effect }) => ({
              key,
              ...(value === undefined ? {} : { value }),
              effect,
            })),
          }),
    };
  });
}
