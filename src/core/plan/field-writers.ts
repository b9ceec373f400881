import { readJson, writeJson } from "../model/exact-json.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { FieldChange, FieldWriter } from "./diff.ts";
import { childPath, isMap } from "./diff.ts";

/** One field manager's wishes of an object: an entry of `metadata.managedFields`. */
export interface ManagedFields extends FieldWriter {
  readonly operation: "Apply" | "Update";
  /** The paths of what it owns, as `FieldChange.path` writes them; what lies below one of them is owned with it. */
  readonly paths: readonly string[];
  /** The same as places. */
  readonly places: readonly Place[];
}

/** Where a field is in an object: keys of maps, and indices of lists. */
export type Place = readonly (string | number)[];

/**
 * Who owns which field of a live object, by `metadata.managedFields`. Fields
 * that the object no longer has and entries of a status are left out: a
 * status is not desired state. `kubectl scale` and autoscalers wish by a subresource.
 */
export function managedFieldsOf(live: KubeObject): readonly ManagedFields[] {
  const entries = (live.metadata["managedFields"] ?? []) as readonly {
    readonly manager?: string;
    readonly operation?: string;
    readonly time?: string;
    readonly subresource?: string;
    readonly fieldsV1?: Json;
  }[];
  return entries
    .filter((entry) => ["", "scale"].includes(entry.subresource ?? ""))
    .map(({ manager, operation, time, fieldsV1 }) => {
      const places = ownedPlaces([], live as unknown as Json, fieldsV1);
      return {
        manager: manager ?? "",
        operation: operation === "Apply" ? "Apply" : "Update",
        time: time ?? "",
        paths: places.map(pathOf),
        places,
      };
    });
}

/** A place as `FieldChange.path` writes it. */
export function pathOf(place: Place): string {
  return place.reduce<string>(
    (path, step) => (typeof step === "number" ? `${path}[${step}]` : childPath(path, step)),
    "",
  );
}

/**
 * The changes, each with who gave the field its present value when that was
 * somebody else. What we own as well has the value that we gave it, so that a
 * difference there is a new wish of ours. A field that is gone has no owner:
 * with `unchangedWish` (we asked for the same at our last apply) whoever wrote
 * the object after us has taken it away.
 */
export function attributeChanges(
  live: KubeObject,
  changes: readonly FieldChange[],
  { ours, unchangedWish }: { readonly ours: string; readonly unchangedWish: boolean },
): readonly FieldChange[] {
  const entries = managedFieldsOf(live);
  const remover = unchangedWish ? writerAfterUs(entries, ours) : undefined;
  return changes.map((change) => {
    const owners = entries.filter((entry) => entry.paths.some((path) => covers(path, change.path)));
    if (owners.some((owner) => owner.manager === ours)) {
      return change;
    }
    const writer = latest(owners) ?? (change.before === undefined ? remover : undefined);
    return writer === undefined ? change : { ...change, changedBy: { manager: writer.manager, time: writer.time } };
  });
}

/** Whoever wrote last, where that was after our own last apply. */
function writerAfterUs(entries: readonly ManagedFields[], ours: string): FieldWriter | undefined {
  const mine = Math.max(0, ...entries.filter((entry) => entry.manager === ours).map(timeOf));
  return latest(entries.filter((entry) => entry.manager !== ours && timeOf(entry) >= mine));
}

function latest(writers: readonly FieldWriter[]): FieldWriter | undefined {
  return writers.toSorted((a, b) => timeOf(b) - timeOf(a))[0];
}

/** Milliseconds since the epoch; 0 where the API server does not say. */
function timeOf({ time }: FieldWriter): number {
  const parsed = Date.parse(time);
  return Number.isNaN(parsed) ? 0 : parsed;
}

function covers(owned: string, path: string): boolean {
  return path.startsWith(owned) && ["", ".", "["].includes(path.charAt(owned.length));
}

/**
 * The leaves of a FieldsV1 set, resolved to places in the object. Its keys are
 * `f:` a map's entry, `k:` a list item by its keys, `v:` one by its value and
 * `i:` one by its place; `.` is the item itself
 * (sigs.k8s.io/structured-merge-diff, fieldpath/serialize-pe.go).
 */
function ownedPlaces(place: Place, value: Json | undefined, fields: Json | undefined): readonly Place[] {
  if (value === undefined || !isMap(fields)) {
    return [];
  }
  const entries = Object.entries(fields);
  if (entries.length === 0) {
    return place.length === 0 ? [] : [place];
  }
  return entries.flatMap(([key, inner]) => {
    const [kind, rest] = [key.slice(0, 2), key.slice(2)];
    if (kind === "f:") {
      return isMap(value) ? ownedPlaces([...place, rest], value[rest], inner) : [];
    }
    const index = Array.isArray(value) ? placeOf(value, kind, rest) : -1;
    return index === -1 ? [] : ownedPlaces([...place, index], (value as readonly Json[])[index], inner);
  });
}

function placeOf(items: readonly Json[], kind: string, text: string): number {
  if (kind === "i:") {
    return Number(text);
  }
  if (kind !== "k:" && kind !== "v:") {
    return -1;
  }
  const wanted = readJson(text) as Json;
  return items.findIndex((item) =>
    kind === "k:" && isMap(wanted)
      ? isMap(item) && Object.entries(wanted).every(([key, value]) => item[key] === value)
      : writeJson(item) === writeJson(wanted),
  );
}
