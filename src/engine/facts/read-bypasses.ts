import type { BypassFacts } from "../../core/checks/bypass-facts.ts";
import { bypassAnnotations } from "../../core/checks/bypass-facts.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listRunningPods } from "./read-pods.ts";
import { deploymentOf, hasSidecar } from "./sidecars.ts";

/** The pods of these namespaces that send something past their sidecar, out of lists that other readers need too. */
export async function readBypasses(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly BypassFacts[]> {
  const pods = await listRunningPods(client, namespaces, signal);
  return pods.filter(hasSidecar).flatMap((pod) => {
    const { annotations = {}, namespace = "", name } = pod.metadata;
    const deployment = deploymentOf(pod);
    return bypassAnnotations.flatMap((annotation): readonly BypassFacts[] => {
      const value = annotations[annotation];
      // Without the last one, or with a star in it, all addresses are included; an empty one includes none.
      const says = annotation.endsWith("includeOutboundIPRanges") ? value !== "*" : value !== "";
      return value === undefined || !says
        ? []
        : [{ namespace, pod: name, ...(deployment === undefined ? {} : { deployment }), annotation, value }];
    });
  });
}
