import type { Json, KubeObject } from "../model/kube-object.ts";
import { writeJson } from "../model/exact-json.ts";
import { ownFieldManager } from "../render/names.ts";
import { Secret } from "../secret.ts";
import type { FieldChange, FieldWriter } from "./diff.ts";
import { childPath, isMap } from "./diff.ts";
import type { ManagedFields, Place } from "./field-writers.ts";
import { managedFieldsOf, pathOf } from "./field-writers.ts";
import { isJudged, isOfController } from "./fields-of-controllers.ts";

/** A field of an object of ours that we have not applied and that an apply leaves as it is: it belongs to another field manager alone. */
export interface AddedField {
  /** As the API server names fields in conflicts: `spec.template.spec.containers[name="web"].env[name="X"]`. */
  readonly path: string;
  /** RFC 6901. */
  readonly pointer: string;
  /** Whatever is there, with everything below it. */
  readonly value: Json;
  /** What tells the innermost list item apart that it is or is in, and where that stands: places in lists move. */
  readonly item?: { readonly pointer: string; readonly value: Json };
  readonly writer: FieldWriter;
  /** True where the writer was there before our last change of the object, as with what we took over. */
  readonly older: boolean;
}

/**
 * What others have added to a live object beside what we applied, by its
 * `managedFields`: the highest fields that hold nothing of ours. `changed` is
 * what an apply would change, which is drift and no addition. What controllers
 * write, and what Kubernetes defaults (which nobody owns), is left out; so is
 * everything of an object that we have never applied, and what we ask for
 * ourselves (`asked`): whoever changes a field and puts its value back is its
 * only owner, until an apply that has something to change owns it too. An
 * object of the inventory (`isListed`) that was as we ask for it when an apply
 * took it over, as one that kubectl made of an export, has nothing of ours in
 * its `managedFields`: it is judged by `asked` alone, and whoever has made it
 * (who owns most of what we ask for) was there before us.
 */
export function addedFields(
  live: KubeObject,
  changed: readonly FieldChange[],
  { asked, isListed = false }: { readonly asked?: KubeObject; readonly isListed?: boolean } = {},
): readonly AddedField[] {
  if (!isJudged(live) || !isTouched(live)) {
    return [];
  }
  const entries = managedFieldsOf(live).map((entry) => ({
    ...entry,
    places: entry.places.filter((place) => !isMapOfTexts(place)),
  }));
  const mine = entries.filter(({ manager, operation }) => manager === ownFieldManager && operation === "Apply");
  if (mine.length === 0 && (asked === undefined || !isListed)) {
    return [];
  }
  const kept = [
    ...mine.flatMap(({ places }) => places),
    ...entries.flatMap(({ manager, places }) =>
      places.filter((place) => isOfController(live, { manager, place }) || isAsked(live, asked, place)),
    ),
  ].map(keyOf);
  const differing = changed.map(({ path }) => path);
  const isOlder = mine.length === 0 ? isMaker(live, asked, entries) : isBefore(mine);
  const found = new Map<string, AddedField>();
  for (const entry of entries.filter(({ manager }) => manager !== ownFieldManager)) {
    const places = entry.places.filter((place) => !isOfController(live, { manager: entry.manager, place }));
    for (const place of places.filter((one) => !isHeld(one, kept) && !isDiffering(one, differing))) {
      const top = climb(place, kept, differing);
      const known = found.get(keyOf(top));
      if (known === undefined || known.writer.time < entry.time) {
        found.set(keyOf(top), { ...describe(live, top, entry), older: isOlder(entry) });
      }
    }
  }
  return [...found.values()];
}

/**
 * Labels or annotations as a whole. Whoever owns the map owns nothing that is in
 * it: that is what is left of a restart when somebody else replaces them all.
 */
function isMapOfTexts(place: Place): boolean {
  return place.at(-2) === "metadata" && ["labels", "annotations"].includes(String(place.at(-1)));
}

function isBefore(mine: readonly ManagedFields[]): (entry: ManagedFields) => boolean {
  const lastOfOurs = Math.max(...mine.map(({ time }) => Date.parse(time) || 0));
  return ({ time }) => (Date.parse(time) || 0) < lastOfOurs;
}

/** A client-side apply or create also owns what Kubernetes defaults (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). */
function isMaker(
  live: KubeObject,
  asked: KubeObject | undefined,
  entries: readonly ManagedFields[],
): (entry: ManagedFields) => boolean {
  const held = entries.map((entry) => entry.places.filter((place) => isAsked(live, asked, place)).length);
  const maker = entries[held.indexOf(Math.max(...held))];
  return (entry) => entry === maker;
}

/** Whether an object of ours has something at a place of the live one; items of lists are found by what tells them apart. */
function isAsked(live: KubeObject, asked: KubeObject | undefined, place: Place): boolean {
  let there = live as unknown as Json | undefined;
  let wanted = asked as unknown as Json | undefined;
  for (const step of place) {
    there = valueAt(there, [step]);
    wanted = typeof step === "number" ? itemLike(wanted, there) : valueAt(wanted, [step]);
  }
  return wanted !== undefined;
}

function itemLike(list: Json | undefined, item: Json | undefined): Json | undefined {
  const key = keyOfItem(item);
  return Array.isArray(list)
    ? (list as readonly Json[]).find((one) =>
        key === undefined || !isMap(item) ? one === item : isMap(one) && one[key] === item[key],
      )
    : undefined;
}

/** Whether another field manager has written to it, status aside. Most objects have no other writer, and a large one's fields take their time. */
export function isTouched({ metadata }: KubeObject): boolean {
  const entries = (metadata["managedFields"] ?? []) as readonly {
    readonly manager?: string;
    readonly subresource?: string;
  }[];
  return entries.some(({ manager, subresource }) => manager !== ownFieldManager && (subresource ?? "") === "");
}

/** Keys begin with those of what they are in. */
function keyOf(place: Place): string {
  return `${JSON.stringify(place).slice(0, -1)},`;
}

/** True for what is kept, what is part of it, and what has it as a part. */
function isHeld(place: Place, kept: readonly string[]): boolean {
  const key = keyOf(place);
  return kept.some((one) => one.startsWith(key) || key.startsWith(one));
}

function isDiffering(place: Place, differing: readonly string[]): boolean {
  const path = pathOf(place);
  const within = (outer: string, inner: string): boolean =>
    inner.startsWith(outer) && ["", ".", "["].includes(inner.charAt(outer.length));
  return differing.some((one) => within(one, path) || within(path, one));
}

/** The highest field above a place that holds nothing that is kept; parts of an object such as its spec stay. */
function climb(place: Place, kept: readonly string[], differing: readonly string[]): Place {
  const lowest = place[0] === "metadata" || isTemplateMetadata(place) ? place.length : 2;
  for (let length = lowest; length < place.length; length += 1) {
    const above = place.slice(0, length);
    if (!isHeld(above, kept) && !isDiffering(above, differing)) {
      return above;
    }
  }
  return place;
}

/** Labels and annotations are judged each by itself. */
function isTemplateMetadata(place: Place): boolean {
  return place[0] === "spec" && place[1] === "template" && place[2] === "metadata";
}

function describe(live: KubeObject, place: Place, writer: ManagedFields): Omit<AddedField, "older"> {
  const { manager, time } = writer;
  return {
    path: describePlace(live, place),
    pointer: pointerOf(place),
    value: valueAt(live, place) ?? null,
    ...itemOf(live, place),
    writer: { manager, time },
  };
}

function pointerOf(place: Place): string {
  return place.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function itemOf(live: KubeObject, place: Place): Pick<AddedField, "item"> {
  const last = place.findLastIndex((step) => typeof step === "number");
  const item = place.slice(0, last + 1);
  const value = last === -1 ? undefined : valueAt(live, item);
  const key = keyOfItem(value);
  return key === undefined || !isMap(value)
    ? {}
    : { item: { pointer: pointerOf([...item, key]), value: value[key] ?? null } };
}

function keyOfItem(item: Json | undefined): string | undefined {
  return itemKeys.find((one) => isMap(item) && item[one] !== undefined && !(item[one] instanceof Secret));
}

function valueAt(live: KubeObject | Json | undefined, place: Place): Json | undefined {
  return place.reduce<Json | undefined>(
    (value, step) => {
      if (typeof step === "number") {
        return Array.isArray(value) ? (value as readonly Json[])[step] : undefined;
      }
      return isMap(value) ? value[step] : undefined;
    },
    live as unknown as Json,
  );
}

/** What tells the items of Kubernetes' lists apart, in the order of preference. */
const itemKeys = ["name", "port", "containerPort", "mountPath", "ip", "key"] as const;

function describePlace(live: KubeObject, place: Place): string {
  return place.reduce<string>(
    (path, step, depth) =>
      typeof step === "number"
        ? `${path}${describeItem(valueAt(live, place.slice(0, depth + 1)), step)}`
        : childPath(path, step),
    "",
  );
}

function describeItem(item: Json | undefined, index: number): string {
  const key = keyOfItem(item);
  return key === undefined || !isMap(item) ? `[${index}]` : `[${key}=${writeJson(item[key] ?? null)}]`;
}
