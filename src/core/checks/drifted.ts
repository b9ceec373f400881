import { hasLabels } from "../model/labels.ts";
import type { ObjectId } from "../model/kube-object.ts";
import { eastWestGateway, ingressGateway, istioNamespace } from "../render/names.ts";
import type { DriftedObject } from "./drift-facts.ts";
import type { MeshFacts } from "./facts.ts";
import type { Subject } from "./subjects.ts";
import { wayToInjector, injectorTemplate, webhookOf } from "./injector-subjects.ts";
import {
  definitionCalled,
  gatewayAddress,
  istiodObjects,
  namespaceOf,
  readerAccount,
  refusal,
  wayToIstiod,
  workloadsOf,
} from "./subjects.ts";

const gatewayNames: ReadonlySet<string> = new Set([ingressGateway, eastWestGateway]);

/** What does not work when an object is not as it was applied, beside what is said of the object itself. */
export function brokenBy(
  facts: MeshFacts,
  cluster: string,
  { id, service, podLabels }: DriftedObject,
): readonly Subject[] {
  const versions = facts.mesh.services
    .filter((one) => `${one.namespace}/${one.name}` === service)
    .flatMap((one) => one.versions)
    .filter((version) => hasLabels(podLabels ?? {}, version.labels));
  return [
    ...(service === undefined ? [] : versions.map((version) => workloadsOf(cluster, service, version.name))),
    ...(id.kind === "Service" && gatewayNames.has(id.name) ? [gatewayAddress(cluster, id.name)] : []),
    ...(id.kind === "Service" && id.name === "istiod" ? [wayToIstiod(cluster), wayToInjector(cluster)] : []),
    ...(id.kind === "MutatingWebhookConfiguration" || id.name.startsWith("istio-sidecar-injector")
      ? [webhookOf(cluster)]
      : []),
    ...(id.kind === "ConfigMap" && id.name.startsWith("istio-sidecar-injector") ? [injectorTemplate(cluster)] : []),
    ...(["ServiceAccount", "Secret", "ClusterRole", "ClusterRoleBinding"].includes(id.kind) &&
    id.name.startsWith("istio-reader")
      ? [readerAccount(cluster)]
      : []),
    ...(isForIstiod(id) ? [istiodObjects(cluster)] : []),
  ];
}

/** What goes with a whole object that is not there: what is in a namespace, and the objects of a kind. */
export function goneParts(cluster: string, { id }: DriftedObject): readonly Subject[] {
  return [
    ...(id.kind === "Namespace" ? [namespaceOf(cluster, id.name)] : []),
    ...(id.kind === "CustomResourceDefinition" ? [definitionCalled(cluster, id.name)] : []),
  ];
}

/** What goes with a definition whose versions somebody has changed: one that is not served takes its objects from every reader. */
export function unservedParts(cluster: string, { id, fields }: DriftedObject): readonly Subject[] {
  const ofVersions = fields.some(({ path }) => path.startsWith("spec.versions"));
  return id.kind === "CustomResourceDefinition" && ofVersions ? [definitionCalled(cluster, id.name)] : [];
}

/** Findings about other objects that say more of it than that it has drifted. */
export function seenBy(cluster: string, { kind, name }: ObjectId): readonly Subject[] {
  if (kind === "Secret" && name.startsWith("istio-reader")) {
    // The token goes with its account.
    return [readerAccount(cluster)];
  }
  return kind.startsWith("ClusterRole") && name.startsWith("istio-reader")
    ? [refusal(cluster, "rights of the reader")]
    : [];
}

const forIstiod: ReadonlySet<string> = new Set([
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "Service",
  "CustomResourceDefinition",
]);

function isForIstiod({ kind, name, namespace = istioNamespace }: ObjectId): boolean {
  return (
    namespace === istioNamespace &&
    forIstiod.has(kind) &&
    (kind === "CustomResourceDefinition" || name === "istio" || name.startsWith("istiod"))
  );
}
