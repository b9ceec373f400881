import type { Redactor } from "../../core/redact/redactor.ts";
import { Secret } from "../../core/secret.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResolvedContext } from "../../kube/kubeconfig/resolve-context.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import type { RancherState } from "../clusters/rancher-link.ts";

/** The credentials by which this run reaches the clusters and Rancher: kubeconfig users, proxies' passwords, Rancher's token. */
export function rememberCredentials(
  redactor: Redactor,
  { connections, rancher }: { readonly connections: readonly Connection[]; readonly rancher: RancherState },
): void {
  const contexts = connections.flatMap((one): readonly ResolvedContext[] =>
    one.kind === "connected" ? [one.context] : [],
  );
  const access = rancher.kind === "linked" ? rancher.link.access : undefined;
  for (const secret of [...contexts, access].flatMap(secretsIn)) {
    redactor.remember(secret);
  }
}

/** The values of all Secrets of the namespaces, so that they are found in logs and pages too. They go nowhere but into the redactor. */
export async function rememberSecrets(
  redactor: Redactor,
  client: KubeClient,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const lists = await Promise.all(
    namespaces.map(async (namespace) => client.list({ apiVersion: "v1", kind: "Secret", namespace }, { signal })),
  );
  for (const object of lists.flat()) {
    for (const [key, value] of Object.entries((object["data"] ?? {}) as Readonly<Record<string, unknown>>)) {
      if (value instanceof Secret) {
        redactor.remember(value, key);
      }
    }
  }
}

function secretsIn(value: unknown): readonly Secret[] {
  if (value instanceof Secret) {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(secretsIn) : [];
}
