import type { KubeObject, ObjectId } from "../../core/model/kube-object.ts";
import { groupOf, idOf, keyOf } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";

/** Kinds that hold what people would miss. Everything else in a namespace follows from these or is made anew. */
const peoplesKinds: readonly { readonly apiVersion: string; readonly kind: string }[] = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "apps/v1", kind: "DaemonSet" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "PersistentVolumeClaim" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
];

/** Field managers of controllers: what they alone wrote, they write again. istiod's is the name of its program; cert-manager's Secrets follow from Certificates. */
const controllers = /^(kube-|pilot-|istio|cert-manager|cattle-|rancher$|isthmus$)/;

/**
 * What people have in a namespace besides what is listed as owned: objects
 * that no other object owns, and that somebody else than a controller wrote.
 * Deleting the namespace would delete them.
 */
export async function findForeignObjects(
  client: KubeClient,
  namespace: string,
  owned: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  const lists = await Promise.all(peoplesKinds.map(async (kind) => client.list({ ...kind, namespace }, { signal })));
  return lists
    .flat()
    .filter((object) => isPeoples(object) && !owned.has(keyOf(idOf(object))))
    .map(idOf);
}

/** Objects of a CustomResourceDefinition's kind besides those listed as owned: deleting the definition would delete them. */
export async function findForeignResources(
  client: KubeClient,
  definition: KubeObject,
  owned: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  const spec = definition["spec"] as {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
  const version = spec.versions.find((one) => one.served && one.storage) ?? spec.versions.find((one) => one.served);
  const kind = { apiVersion: `${spec.group}/${version?.name ?? ""}`, kind: spec.names.kind };
  if (version === undefined || !(await client.hasKind(kind, { signal }))) {
    return [];
  }
  const objects = await client.list(kind, { signal });
  return objects.filter((object) => isPeoples(object) && !owned.has(keyOf(idOf(object)))).map(idOf);
}

function isPeoples(object: KubeObject): boolean {
  const { ownerReferences, managedFields, deletionTimestamp } = object.metadata;
  const isOwned = Array.isArray(ownerReferences) && ownerReferences.length > 0;
  const isToken = groupOf(object.apiVersion) === "" && object["type"] === "kubernetes.io/service-account-token";
  if (isOwned || isToken || deletionTimestamp !== undefined) {
    return false;
  }
  const managers = Array.isArray(managedFields)
    ? managedFields.map((entry) => (entry as { readonly manager?: string }).manager ?? "")
    : [];
  return managers.length === 0 || managers.some((manager) => !controllers.test(manager));
}
