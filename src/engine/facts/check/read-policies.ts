import type { ExternalDnsFacts, NetworkPolicyFacts, QuotaFacts } from "../../../core/checks/facts.ts";
import { idOf, keyOf } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { listKnown } from "./list-known.ts";
import { containersOf } from "./read-workload.ts";

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

/** By which external-dns is known: its chart and kustomization set the first, the manifests of its documentation the second. */
const externalDnsLabels = ["app.kubernetes.io/name=external-dns", "app=external-dns"];

/** Deployments of external-dns with what says whose names they write. */
export async function readExternalDns(client: KubeClient, signal: AbortSignal): Promise<readonly ExternalDnsFacts[]> {
  const lists = await Promise.all(
    externalDnsLabels.map(async (labelSelector) =>
      client.list({ apiVersion: "apps/v1", kind: "Deployment", labelSelector }, { signal }),
    ),
  );
  const found = new Map(lists.flat().map((object) => [keyOf(idOf(object)), object]));
  return [...found.values()].map((object) => {
    const args = (containersOf(object) as readonly { readonly args?: readonly string[] }[]).flatMap(
      (container) => container.args ?? [],
    );
    const valueOf = (flag: string): string | undefined =>
      args.find((one) => one.startsWith(`${flag}=`))?.slice(flag.length + 1);
    const [ownerId, txtPrefix] = [valueOf("--txt-owner-id"), valueOf("--txt-prefix")];
    return {
      namespace: object.metadata.namespace ?? "",
      name: object.metadata.name,
      ...(ownerId === undefined ? {} : { ownerId }),
      ...(txtPrefix === undefined ? {} : { txtPrefix }),
    };
  });
}
