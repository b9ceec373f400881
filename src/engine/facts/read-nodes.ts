import type { NodeFacts } from "../../core/checks/facts.ts";
import type { KubeClient } from "../../kube/client.ts";

/** All nodes of a cluster. */
export async function readNodes(client: KubeClient, signal: AbortSignal): Promise<readonly NodeFacts[]> {
  const nodes = await client.list({ apiVersion: "v1", kind: "Node" }, { signal });
  return nodes.map((node) => {
    const status = node["status"] as
      | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
      | undefined;
    return {
      name: node.metadata.name,
      ready: status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true,
      region: node.metadata.labels?.["topology.kubernetes.io/region"] ?? "",
      zone: node.metadata.labels?.["topology.kubernetes.io/zone"] ?? "",
    };
  });
}
