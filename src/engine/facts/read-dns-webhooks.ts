import type { DnsWebhookFacts } from "../../core/checks/program-facts.ts";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import type { Labels } from "../../core/model/labels.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { conditionOf } from "../../kube/readiness/object-fields.ts";
import { readProgram } from "./read-program.ts";

/**
 * The API groups of webhooks by which used issuers prove names: cert-manager calls each as an API of its own API server,
 * of the version v1alpha1 (https://cert-manager.io/docs/configuration/acme/dns01/webhook/).
 */
export function webhookGroupsOf({ issuers, services }: Pick<Mesh, "issuers" | "services">): readonly string[] {
  const used = new Set(services.flatMap(({ routes }) => routes).map(({ tls }) => tls?.issuer));
  const groups = issuers.flatMap(({ name, acme }) => (used.has(name) ? (webhookGroupOf(acme?.dns01) ?? []) : []));
  return [...new Set(groups)];
}

/** The `groupName` of a solver's `webhook`; undefined for other solvers. */
export function webhookGroupOf(dns01: Json | undefined): string | undefined {
  const { webhook } = (dns01 ?? {}) as { readonly webhook?: { readonly groupName?: Json } };
  return typeof webhook?.groupName === "string" ? webhook.groupName : undefined;
}

/** What the API server says of these groups, and the Deployments behind their Services. */
export async function readDnsWebhooks(
  client: KubeClient,
  groups: readonly string[],
  signal: AbortSignal,
): Promise<readonly DnsWebhookFacts[]> {
  return Promise.all(
    groups.map(async (group) =>
      unlessForbidden(
        async () => readWebhook(client, group, signal),
        (): DnsWebhookFacts => ({ group, state: "unread" }),
      ),
    ),
  );
}

async function readWebhook(client: KubeClient, group: string, signal: AbortSignal): Promise<DnsWebhookFacts> {
  const reference = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: `v1alpha1.${group}` };
  const found = await client.get(reference, { signal });
  if (found === undefined) {
    return { group, state: "missing" };
  }
  const { status, message } = conditionOf(found, "Available") ?? { status: "", message: "" };
  const { service } = (found["spec"] ?? {}) as { readonly service?: ServiceReference | null };
  const behind = await findDeployment(client, service ?? {}, signal);
  return {
    group,
    ...(status === "False"
      ? { state: "unavailable", why: message }
      : { state: status === "True" ? "available" : "unknown" }),
    ...(behind === undefined ? {} : { program: await readProgram(client, behind, signal) }),
  };
}

interface ServiceReference {
  readonly namespace?: string;
  readonly name?: string;
}

async function findDeployment(
  client: KubeClient,
  { namespace = "", name = "" }: ServiceReference,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  if (name === "") {
    // The API server itself serves the group.
    return undefined;
  }
  const service = await client.get({ apiVersion: "v1", kind: "Service", namespace, name }, { signal });
  const { selector = {} } = (service?.["spec"] ?? {}) as { readonly selector?: Labels };
  if (Object.keys(selector).length === 0) {
    return undefined;
  }
  const all = await client.list({ apiVersion: "apps/v1", kind: "Deployment", namespace }, { signal });
  return all.find((one) => {
    const { template } = (one["spec"] ?? {}) as {
      readonly template?: { readonly metadata?: { readonly labels?: Labels } };
    };
    return hasLabels(template?.metadata?.labels ?? {}, selector);
  });
}
