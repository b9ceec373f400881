import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { expand } from "./external-dns-flags.ts";
import { listDeployments } from "./read-program.ts";
import { containersOf, flagValueOf } from "./read-workload.ts";

/** Of the chart and the manifests of cert-manager; its webhook and its CA injector have other names. */
export const certManagerLabel = "app.kubernetes.io/name=cert-manager";

/**
 * The namespace in which cert-manager keeps the Secrets of ClusterIssuers, by
 * the flag that its controller is started with; `?` where that cannot be told:
 * no controller is found, this account may not list them, several differ, or a
 * file or a Secret has the setting. Without the flag it is kube-system, and the
 * chart gives the controller's own by a variable of the pod
 * (https://cert-manager.io/docs/cli/controller/ and
 * https://github.com/cert-manager/cert-manager/blob/v1.21.2/internal/apis/config/controller/v1alpha1/defaults.go).
 */
export async function readClusterResourceNamespace(client: KubeClient, signal: AbortSignal): Promise<string> {
  const found = await unlessForbidden(
    async () => listDeployments(client, [certManagerLabel], signal),
    () => [],
  );
  const [told = unknown, ...others] = new Set(found.map(namespaceOf));
  return others.length === 0 ? told : unknown;
}

const unknown = "?";

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath?: string } };
}

function namespaceOf(deployment: KubeObject): string {
  const values = new Map<string, string>();
  const containers = containersOf(deployment);
  for (const { name, value, valueFrom } of containers.flatMap(({ env = [] }): readonly Variable[] => env)) {
    const isOwn = valueFrom?.fieldRef?.fieldPath === "metadata.namespace";
    const known = isOwn ? (deployment.metadata.namespace ?? "") : valueFrom === undefined ? (value ?? "") : undefined;
    if (known !== undefined) {
      values.set(name, expand(known, values));
    }
  }
  const words = containers
    .flatMap(({ command = [], args = [] }) => [...command, ...args])
    .map((word) => expand(word, values));
  const flag = flagValueOf(words, "--cluster-resource-namespace");
  const fallback = flagValueOf(words, "--config") === undefined ? "kube-system" : unknown;
  return flag === undefined ? fallback : flag === "" || flag.includes("$(") ? unknown : flag;
}
