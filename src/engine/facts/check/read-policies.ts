import type { NetworkPolicyFacts, QuotaFacts } from "../../../core/checks/facts.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { listKnown } from "./list-known.ts";

interface Status {
  readonly hard?: Readonly<Record<string, string>>;
  readonly used?: Readonly<Record<string, string>>;
}

/** The quotas of the given namespaces. */
export async function readQuotas(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly QuotaFacts[]> {
  const found = await listKnown(client, { apiVersion: "v1", kind: "ResourceQuota" }, namespaces, signal);
  return found.map((object) => {
    const { hard = {}, used = {} } = (object["status"] ?? {}) as Status;
    return {
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      resources: Object.fromEntries(
        Object.entries(hard).map(([resource, limit]) => [resource, { hard: limit, used: used[resource] ?? "0" }]),
      ),
    };
  });
}

interface PolicySpec {
  readonly podSelector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly unknown[];
  };
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly {
    readonly ports?: readonly { readonly port?: number | string; readonly endPort?: number }[];
  }[];
}

/** The network policies of the given namespaces, reduced to the ports that they admit. */
export async function readNetworkPolicies(
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<readonly NetworkPolicyFacts[]> {
  const kind = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
  const found = await listKnown(client, kind, namespaces, signal);
  return found.map((object) => {
    const spec = (object["spec"] ?? {}) as PolicySpec;
    return {
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      matchLabels: spec.podSelector?.matchLabels ?? {},
      expressions: (spec.podSelector?.matchExpressions ?? []).length > 0,
      ingress: spec.policyTypes === undefined || spec.policyTypes.includes("Ingress"),
      ingressPorts: (spec.ingress ?? []).map(({ ports }) => {
        // Named ports and ranges are taken to admit what is asked for: a check must not cry wolf.
        const plain = (ports ?? []).flatMap((one) =>
          typeof one.port === "number" && one.endPort === undefined ? [one.port] : [],
        );
        return plain.length === (ports ?? []).length ? plain : [];
      }),
    };
  });
}
