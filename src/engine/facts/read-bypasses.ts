import type { BypassFacts } from "../../core/checks/bypass-facts.ts";
import { bypassAnnotations } from "../../core/checks/bypass-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { listRunningPods } from "./read-pods.ts";
import type { Container } from "./sidecars.ts";
import { deploymentOf, proxyOf } from "./sidecars.ts";

/** The pods of these namespaces that send something past their sidecar, out of lists that other readers need too. */
export async function readBypasses(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly BypassFacts[]> {
  const pods = await listRunningPods(client, namespaces, signal);
  return pods.flatMap((pod) => {
    const proxy = proxyOf(pod);
    if (proxy === undefined) {
      return [];
    }
    const { namespace = "", name } = pod.metadata;
    const deployment = deploymentOf(pod);
    const who = { namespace, pod: name, ...(deployment === undefined ? {} : { deployment }) };
    return [...annotatedWays(pod), ...identityOf(pod, proxy)].map((way) => ({ ...who, ...way }));
  });
}

type Way = Pick<BypassFacts, "by" | "value">;

function annotatedWays({ metadata: { annotations = {} } }: KubeObject): readonly Way[] {
  return bypassAnnotations.flatMap((by): readonly Way[] => {
    const value = annotations[by];
    // Without the last one, or with a star in it, all addresses are included; an empty one includes none.
    const says = by.endsWith("includeOutboundIPRanges") ? value !== "*" : value !== "";
    return value === undefined || !says ? [] : [{ by, value }];
  });
}

/** 1337 where the sidecar says nothing else, as on OpenShift, where each namespace has users of its own. */
const usualIdentity = 1337;

function identityOf(pod: KubeObject, proxy: Container): readonly Way[] {
  const { containers = [], securityContext = {} } = pod["spec"] as PodRuns;
  const own = containers.filter(({ name }) => name !== proxy.name);
  return (["runAsUser", "runAsGroup"] as const).flatMap((by): readonly Way[] => {
    const sidecars = proxy.securityContext?.[by] ?? usualIdentity;
    const same = own.some((one) => (one.securityContext?.[by] ?? securityContext[by]) === sidecars);
    return same ? [{ by, value: String(sidecars) }] : [];
  });
}

interface PodRuns {
  readonly containers?: readonly Container[];
  readonly securityContext?: Container["securityContext"];
}
