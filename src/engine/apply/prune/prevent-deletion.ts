import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../../core/diagnostics/coded.ts";
import type { KubeObject, ObjectId } from "../../../core/model/kube-object.ts";
import { describeId, keyOf } from "../../../core/model/kube-object.ts";
import type { InventoryItem } from "../../../core/plan/inventory.ts";
import { keepAnnotation } from "../../../core/render/names.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { findForeignObjects, findForeignResources } from "../../facts/foreign-objects.ts";
import { kubectlLine } from "../../../core/kubectl-line.ts";

/** Why an object that isthmus made is not deleted. Undefined = it is. */
export type KeptObject = Diagnostic | undefined;

/** An object of the inventory, as it is in its cluster. */
export interface ListedObject {
  readonly id: ObjectId;
  readonly live: KubeObject;
}

/**
 * Looks whether an object may go: not one that somebody marked to be kept, not
 * a namespace with other people's objects, and not a definition whose kind
 * other people use, since all of theirs would go with it. `owned` are the keys of the
 * whole inventory, `kept` what of it is kept already.
 */
export async function preventDeletion(
  one: Connected,
  object: ListedObject,
  mesh: { readonly owned: ReadonlySet<string>; readonly kept: readonly ObjectId[] },
  signal: AbortSignal,
): Promise<KeptObject> {
  const { cluster } = one;
  const { id, live } = object;
  const name = describeId(id);
  if (live.metadata.annotations?.[keepAnnotation] === "true") {
    return {
      ...warningOf("ISM311"),
      detail: `${name} carries ${keepAnnotation}: "true", so that it stays.`,
      fix: `Nothing, or take the annotation off and delete it: ${deleteCommand(one, id)}`,
      cluster: cluster.name,
      object: id,
    };
  }
  const foreign = [
    ...mesh.kept.filter((other) => goesWith(other, object)),
    ...(await foreignFor(one, object, mesh.owned, signal)),
  ];
  if (foreign.length === 0) {
    return undefined;
  }
  const isNamespace = id.kind === "Namespace";
  return {
    ...warningOf(isNamespace ? "ISM312" : "ISM313"),
    detail: `${name} was made by isthmus, and with it would go ${listed(foreign)}, which ${foreign.length === 1 ? "is" : "are"} not isthmus' to delete.`,
    fix: `Move or delete them, then delete it: ${deleteCommand(one, id)}`,
    cluster: cluster.name,
    object: id,
  };
}

/** True for what a namespace or a definition takes with it. */
function goesWith(id: ObjectId, { id: container, live }: ListedObject): boolean {
  if (container.kind === "Namespace") {
    return id.namespace === container.name;
  }
  const spec = live["spec"] as { readonly group?: string; readonly names?: { readonly kind?: string } } | undefined;
  return container.kind === "CustomResourceDefinition" && id.group === spec?.group && id.kind === spec.names?.kind;
}

async function foreignFor(
  { client }: Connected,
  { id, live }: ListedObject,
  owned: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  if (id.kind === "Namespace") {
    return findForeignObjects(client, id.name, owned, signal);
  }
  return id.kind === "CustomResourceDefinition" ? findForeignResources(client, live, owned, signal) : [];
}

const shown = 3;

function listed(ids: readonly ObjectId[]): string {
  const names = ids.slice(0, shown).map(describeId);
  return ids.length > shown ? `${names.join(", ")} and ${ids.length - shown} more` : names.join(", ");
}

/** The kubectl line that deletes an object of this cluster. */
function deleteCommand({ context }: Connected, id: ObjectId): string {
  const kind = id.group === "" ? id.kind.toLowerCase() : `${id.kind.toLowerCase()}.${id.group}`;
  const namespace = id.namespace === undefined ? "" : `-n ${id.namespace} `;
  return `${kubectlLine(context.context)} ${namespace}delete ${kind} ${id.name}`;
}

/** The keys of an inventory. */
export function keysOf(items: readonly InventoryItem[]): ReadonlySet<string> {
  return new Set(items.map((item) => keyOf(item.id)));
}
