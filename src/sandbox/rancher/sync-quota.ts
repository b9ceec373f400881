import { randomBytes } from "node:crypto";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import type { CallOptions } from "../../kube/client.ts";
import { isRecord } from "../../kube/kubeconfig/read-fields.ts";
import type { LimitItem } from "./decide-limit-range.ts";
import { decideLimitRange } from "./decide-limit-range.ts";
import { decideQuota } from "./decide-quota.ts";
import type { RancherCluster } from "./managed-cluster.ts";
import { isConditionTrue, setCondition, statusAnnotation } from "./namespace-conditions.ts";
import type { Limits, Project } from "./project.ts";
import { readLimits } from "./project.ts";
import type { Rancher } from "./rancher.ts";
import { rancherFieldManager, spell } from "./rancher-names.ts";

/** Label of the ResourceQuotas and LimitRanges that are Rancher's. */
export const quotaLabel = "resourcequota.management.cattle.io/default-resource-quota";

const quotaAnnotation = "field.cattle.io/resourceQuota";
const limitAnnotation = "field.cattle.io/containerDefaultResourceLimit";
const validated = "ResourceQuotaValidated";

/** A namespace, the project that it is in, and the other namespaces of that project. */
export interface QuotaSubject {
  readonly namespace: KubeObject;
  readonly project: Project | undefined;
  readonly siblings: readonly KubeObject[];
  /** The namespace's ResourceQuota and LimitRange with Rancher's label; the first where there are several. */
  readonly quota: KubeObject | undefined;
  readonly limitRange: KubeObject | undefined;
}

/**
 * Gives a namespace the ResourceQuota and the LimitRange that its project and
 * its annotations ask for, or takes away those with Rancher's label.
 */
export async function syncQuota(
  rancher: Rancher,
  cluster: RancherCluster,
  subject: QuotaSubject,
  options: CallOptions,
): Promise<void> {
  await syncResourceQuota(rancher, cluster, subject, options);
  await syncLimitRange(rancher, cluster, subject, options);
}

async function syncResourceQuota(
  rancher: Rancher,
  cluster: RancherCluster,
  { namespace, project, siblings, quota }: QuotaSubject,
  options: CallOptions,
): Promise<void> {
  const { name } = namespace.metadata;
  const status = namespace.metadata.annotations?.[statusAnnotation];
  const decision = decideQuota({
    requested: requestedLimits(namespace),
    project,
    others: siblings
      .filter((one) => isConditionTrue(one.metadata.annotations?.[statusAnnotation], validated))
      .map(requestedLimits)
      .filter((one) => one !== undefined),
    existing: quota === undefined ? undefined : (readLimits(specOf(quota)["hard"]) ?? {}),
  });
  if (decision.action === "none") {
    return;
  }
  if (decision.action === "delete") {
    await annotate(cluster, namespace, { [quotaAnnotation]: null }, options);
    await remove(cluster, quota, options);
    rancher.log(`namespace ${cluster.id}/${name}: its resource quota is deleted`);
    return;
  }
  const fits = decision.exceeded.length === 0;
  const message = `Resource quota [${decision.exceeded.join(", ")}] exceeds project limit, or is based on negative values`;
  await annotate(
    cluster,
    namespace,
    {
      [quotaAnnotation]: JSON.stringify({ limit: decision.limits }),
      [statusAnnotation]: setCondition(status, { type: validated, value: fits, message }, rancher.now()),
    },
    options,
  );
  if (decision.action !== "refuse") {
    await write(cluster, { kind: "ResourceQuota", namespace: name, existing: quota, hard: decision.hard }, options);
    rancher.log(`namespace ${cluster.id}/${name}: ${decision.action} of its resource quota`);
  }
}

async function syncLimitRange(
  rancher: Rancher,
  cluster: RancherCluster,
  { namespace, project, limitRange }: QuotaSubject,
  options: CallOptions,
): Promise<void> {
  const { name, annotations } = namespace.metadata;
  const items = limitRange === undefined ? undefined : specOf(limitRange)["limits"];
  const decision = decideLimitRange({
    requested: readLimits(parse(annotations?.[limitAnnotation])),
    projectDefault: project?.containerDefault,
    existing: limitRange === undefined ? undefined : ((items ?? []) as readonly LimitItem[]),
  });
  if (decision.action === "none") {
    return;
  }
  if (decision.action === "delete") {
    await remove(cluster, limitRange, options);
    await annotate(cluster, namespace, { [limitAnnotation]: null }, options);
  } else {
    const limits = [decision.item as unknown as Json];
    await write(cluster, { kind: "LimitRange", namespace: name, existing: limitRange, limits }, options);
    await annotate(cluster, namespace, { [limitAnnotation]: JSON.stringify(decision.limits) }, options);
  }
  rancher.log(`namespace ${cluster.id}/${name}: ${decision.action} of limit range ${limitRange?.metadata.name ?? ""}`);
}

/** Writes an object of Rancher's: a new `default-…` one, or the spec of one that is there, whoever made it. */
async function write(
  cluster: RancherCluster,
  {
    kind,
    namespace,
    existing,
    ...spec
  }: {
    readonly kind: "ResourceQuota" | "LimitRange";
    readonly namespace: string;
    readonly existing: KubeObject | undefined;
    readonly hard?: Limits;
    readonly limits?: readonly Json[];
  },
  { signal }: CallOptions,
): Promise<void> {
  if (existing === undefined) {
    const metadata = { name: `default-${spell(randomBytes(5))}`, namespace, labels: { [quotaLabel]: "true" } };
    await cluster.client.apply(
      { apiVersion: "v1", kind, metadata, spec },
      { signal, fieldManager: rancherFieldManager },
    );
    return;
  }
  const gone = Object.keys(readLimits(specOf(existing)["hard"]) ?? {}).map((key) => [key, null] as const);
  const hard = spec.hard === undefined ? {} : { hard: { ...Object.fromEntries(gone), ...spec.hard } };
  await cluster.client.patchMerge(
    { apiVersion: "v1", kind, namespace, name: existing.metadata.name },
    { spec: { ...spec, ...hard } },
    { signal, fieldManager: rancherFieldManager },
  );
}

async function annotate(
  cluster: RancherCluster,
  namespace: KubeObject,
  annotations: Readonly<Record<string, string | null>>,
  { signal }: CallOptions,
): Promise<void> {
  const before = namespace.metadata.annotations ?? {};
  const changes = Object.entries(annotations).filter(([key, value]) => (before[key] ?? null) !== value);
  if (changes.length > 0) {
    await cluster.client.patchMerge(
      { apiVersion: "v1", kind: "Namespace", name: namespace.metadata.name },
      { metadata: { annotations: Object.fromEntries(changes) } },
      { signal, fieldManager: rancherFieldManager },
    );
  }
}

async function remove(cluster: RancherCluster, object: KubeObject | undefined, { signal }: CallOptions): Promise<void> {
  if (object !== undefined) {
    const { name, namespace } = object.metadata;
    const { apiVersion, kind } = object;
    await cluster.client.delete(
      { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) },
      { signal },
    );
  }
}

function requestedLimits(namespace: KubeObject): Limits | undefined {
  const parsed = parse(namespace.metadata.annotations?.[quotaAnnotation]);
  return readLimits(isRecord(parsed) ? parsed["limit"] : undefined);
}

/** What people write into an annotation may be anything; what is no JSON asks for nothing. */
function parse(annotation: string | undefined): unknown {
  try {
    return JSON.parse(annotation ?? "null") as unknown;
  } catch {
    return undefined;
  }
}

function specOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return isRecord(object["spec"]) ? object["spec"] : {};
}
