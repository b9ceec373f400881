import type { ProgramFacts } from "../../core/checks/program-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import type { Labels } from "../../core/model/labels.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { readNetworkPolicies } from "./read-network-policies.ts";

/** The Deployments of the cluster that any of the label selectors finds, each once. */
export async function listDeployments(
  client: KubeClient,
  selectors: readonly string[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    selectors.map(async (labelSelector) =>
      client.list({ apiVersion: "apps/v1", kind: "Deployment", labelSelector }, { signal }),
    ),
  );
  return [...new Map(lists.flat().map((object) => [keyOf(idOf(object)), object])).values()];
}

/** Which Deployment it is, what policies of its namespace select its pods by, and these. Policies that the account may not list are said to be unread. */
export async function readProgram(client: KubeClient, object: KubeObject, signal: AbortSignal): Promise<ProgramFacts> {
  const namespace = object.metadata.namespace ?? "";
  const { labels, hostNetwork } = templateOf(object);
  const own = { namespace, name: object.metadata.name, ...(Object.keys(labels).length === 0 ? {} : { labels }) };
  if (hostNetwork) {
    return own;
  }
  return unlessForbidden(
    async () => {
      const found = await readNetworkPolicies(client, [namespace], signal);
      return found.length === 0 ? own : { ...own, networkPolicies: found };
    },
    () => ({ ...own, policiesUnread: true }),
  );
}

function templateOf(object: KubeObject): { readonly labels: Labels; readonly hostNetwork: boolean } {
  const { template } = (object["spec"] ?? {}) as {
    readonly template?: {
      readonly metadata?: { readonly labels?: Labels };
      readonly spec?: { readonly hostNetwork?: boolean };
    };
  };
  return { labels: template?.metadata?.labels ?? {}, hostNetwork: template?.spec?.hostNetwork === true };
}
