import type { WorkloadOfVersion } from "../../core/checks/facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Labels } from "../../core/model/labels.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { Service } from "../../core/model/mesh.ts";
import { meshLabel } from "../../core/render/names.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isRunning } from "./read-pods.ts";
import { deploymentOf } from "./sidecars.ts";
import { writtenBy } from "./written-by.ts";

/**
 * What made the pods that a Service selects, where a version has pods of several
 * workloads, or pods are of no version: nothing is asked otherwise. Sorted.
 */
export async function readWorkloads(
  client: KubeClient,
  { namespace, versions }: Pick<Service, "namespace" | "versions">,
  { pods, selector }: { readonly pods: readonly KubeObject[]; readonly selector: Labels },
  signal: AbortSignal,
): Promise<readonly WorkloadOfVersion[]> {
  const selected = pods.filter(
    (pod) =>
      Object.keys(selector).length > 0 &&
      hasLabels(pod.metadata.labels ?? {}, selector) &&
      isRunning(pod) &&
      pod.metadata["deletionTimestamp"] === undefined,
  );
  const all = groupByOwner(selected, versions);
  const doubtful = all.filter(
    ({ version }) =>
      (version === "" && versions.length > 0) || all.filter((other) => other.version === version).length > 1,
  );
  const found = await Promise.all(doubtful.map(async (owned) => askOwner(client, namespace, owned, signal)));
  return found
    .flat()
    .toSorted((a, b) => compareText(`${a.version} ${a.kind} ${a.name}`, `${b.version} ${b.kind} ${b.name}`));
}

function groupByOwner(pods: readonly KubeObject[], versions: Service["versions"]): readonly Owned[] {
  const groups = new Map<string, Owned>();
  for (const pod of pods) {
    const version = versions.find(({ labels }) => hasLabels(pod.metadata.labels ?? {}, labels))?.name ?? "";
    const { apiVersion, kind, name } = ownerOf(pod);
    const key = `${version} ${kind} ${name}`;
    const known = groups.get(key) ?? { version, apiVersion, kind, name, pods: [] };
    groups.set(key, { ...known, pods: [...known.pods, pod] });
  }
  return [...groups.values()];
}

/** Nothing where it may not be seen, or is gone. */
async function askOwner(
  client: KubeClient,
  namespace: string,
  { version, pods, ...owner }: Owned,
  signal: AbortSignal,
): Promise<readonly WorkloadOfVersion[]> {
  const object =
    owner.kind === "Pod"
      ? pods[0]
      : await client.get({ ...owner, namespace }, { signal }).catch((): undefined => {
          signal.throwIfAborted();
          return undefined;
        });
  return object === undefined
    ? []
    : [
        {
          version,
          kind: owner.kind,
          name: owner.name,
          pods: pods.map(({ metadata }) => metadata.name).toSorted(compareText),
          own: object.metadata.labels?.[meshLabel] !== undefined,
          written: writtenBy(object),
        },
      ];
}

interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

interface Owned extends Owner {
  readonly version: string;
  readonly pods: readonly KubeObject[];
}

/** The Deployment, what else controls the pod, or the pod itself. */
function ownerOf(pod: KubeObject): Owner {
  const deployment = deploymentOf(pod);
  if (deployment !== undefined) {
    return { apiVersion: "apps/v1", kind: "Deployment", name: deployment };
  }
  const [first] = (pod.metadata["ownerReferences"] ?? []) as unknown as readonly Owner[];
  return first === undefined
    ? { apiVersion: "v1", kind: "Pod", name: pod.metadata.name }
    : { apiVersion: first.apiVersion, kind: first.kind, name: first.name };
}
