import type { AddedFieldFacts } from "../checks/drift-facts.ts";
import { writeJson } from "../model/exact-json.ts";
import type { Json, ObjectId } from "../model/kube-object.ts";
import { keyOf } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import type { AddedField } from "./added-fields.ts";
import { isMap } from "./diff.ts";
import type { InventoryItem } from "./inventory.ts";
import type { ClusterPlan, PlannedObject } from "./plan.ts";

/** How much of a value is shown. */
const shownLength = 60;

/** Annotations that are judged are settings of Istio's and of load balancers'. */
const mayHoldPasswords = /env|args|command|\bdata\b|password|token|values/i;

/**
 * What others have added to one planned object, as it is shown: passwords and
 * what may be one are left out. Of an object that was there before us, what it
 * had then is its own, and one that is in no inventory (`item`) has none.
 */
export function additionsOf(
  { id, added = [] }: Pick<PlannedObject, "id" | "added">,
  item: Pick<InventoryItem, "created"> | undefined,
): readonly AddedFieldFacts[] {
  return added
    .filter(({ older }) => item !== undefined && (item.created || !older))
    .map((field) => showAdded(field, id));
}

/** The same of all objects of a cluster's plan that have some. */
export function additionsIn(
  plan: Extract<ClusterPlan, { readonly kind: "planned" }>,
): readonly { readonly id: ObjectId; readonly fields: readonly AddedFieldFacts[] }[] {
  const items = new Map(plan.inventory.items.map((item) => [keyOf(item.id), item]));
  return plan.objects.flatMap((object) => {
    const fields = additionsOf(object, items.get(keyOf(object.id)));
    return fields.length === 0 ? [] : [{ id: object.id, fields }];
  });
}

function showAdded({ path, pointer, value, item, writer }: AddedField, { kind }: ObjectId): AddedFieldFacts {
  const hidden = kind === "Secret" || kind === "ConfigMap" || mayHoldPasswords.test(path);
  const whole = hidden || value instanceof Secret ? "" : writeJson(value);
  // A long value is not repeated in a command.
  const test = whole !== "" && whole.length <= shownLength ? { pointer, value: whole } : undefined;
  const shown = hidden ? undefined : showValue(value);
  const tested = test ?? (item === undefined ? undefined : { pointer: item.pointer, value: writeJson(item.value) });
  return {
    path,
    pointer,
    ...(shown === undefined ? {} : { value: shown }),
    ...(hidden ? itemNames(value) : {}),
    ...(kind === "DestinationRule" ? modesIn(value, pointer) : {}),
    ...(tested === undefined ? {} : { test: tested }),
    writer,
  };
}

/** The modes of `tls` in a field, or of the `tls` that the field is or is in; no mode is DISABLE. */
function modesIn(value: Json, pointer: string): Pick<AddedFieldFacts, "tlsModes"> {
  const modes = pointer.endsWith("/tls/mode")
    ? [String(value)]
    : pointer.endsWith("/tls")
      ? [modeOf(value)]
      : tlsSettings(value).map(modeOf);
  return modes.length === 0 ? {} : { tlsModes: [...new Set(modes)] };
}

function modeOf(settings: Json): string {
  const mode = isMap(settings) ? settings["mode"] : undefined;
  return typeof mode === "string" ? mode : "DISABLE";
}

function tlsSettings(value: Json): readonly Json[] {
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap(tlsSettings);
  }
  return isMap(value)
    ? Object.entries(value).flatMap(([key, inner]) => (key === "tls" ? [inner] : tlsSettings(inner)))
    : [];
}

/** What a list whose values are not shown has in it. */
function itemNames(value: Json): Pick<AddedFieldFacts, "items"> {
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  const names = items.flatMap((item) => (isMap(item) && typeof item["name"] === "string" ? [item["name"]] : []));
  return names.length === 0 ? {} : { items: names };
}

/** A value as JSON, cut short; undefined for none and for a secret. */
export function showValue(value: Json | undefined): string | undefined {
  if (value === undefined || value instanceof Secret) {
    return undefined;
  }
  const text = writeJson(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
