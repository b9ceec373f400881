import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { exitCodes } from "../diagnostics/exit-codes.ts";
import { UserError } from "../diagnostics/user-error.ts";
import type { KubeObject, ObjectMeta } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { sameValue } from "../model/same-value.ts";
import type { Clash, Maker } from "./describe-clash.ts";
import { describeClash, placeOfManifest } from "./describe-clash.ts";
import type { KnownAfterApply } from "./known-after-apply.ts";
import { mapFilled } from "./known-after-apply.ts";
import type { Materials } from "./materials.ts";
import { mergeNamespace } from "./merge-namespace.ts";
import { meshLabel } from "./names.ts";
import { compareText, rankOf } from "./order.ts";
import type { Wave } from "./waves.ts";
import { waves } from "./waves.ts";

/** An object and the wave that applies it. */
export interface PlacedObject {
  readonly wave: Wave;
  readonly object: KubeObject;
  /** What it waits for, when some value is made only by an apply (a key, another cluster's token). */
  readonly knownAfterApply?: KnownAfterApply;
  /** Where else the object is from, for one that was merged with an object of a service's manifests. */
  readonly mergedFrom?: readonly string[];
}

/** An object to place: its wave, the object of a service's manifests that it comes from, and what it waits for. */
export type Placing = readonly [
  wave: Wave,
  object: KubeObject,
  source?: KubeObject | undefined,
  knownAfterApply?: KnownAfterApply | undefined,
];

/**
 * All objects with the mesh's label, each identity once, in the order of
 * waves, then kind, namespace and name. Two objects of one identity are the
 * same, or are Namespaces and become one; everything else is a UserError (65)
 * with the places of both: one would replace the other, and which one that is
 * nobody has decided.
 */
export function placeAll(mesh: Mesh, placings: readonly Placing[], materials: Materials): PlacedObject[] {
  const { entries, clashes } = settle(placings);
  if (clashes.length > 0) {
    throw new UserError(
      clashes.map((clash) => describeClash(clash, mesh, materials)),
      exitCodes.invalidMeshFile,
    );
  }
  return [...entries]
    .map(([key, entry]) => ({ one: place(mesh, entry), also: entry.also, key, rank: rankOf(entry.object.kind) }))
    .sort(
      (a, b) => waves.indexOf(a.one.wave) - waves.indexOf(b.one.wave) || a.rank - b.rank || compareText(a.key, b.key),
    )
    .map(({ one, also }) =>
      also.length === 0 ? one : { ...one, mergedFrom: also.map((source) => placeOfManifest(source, materials)) },
    );
}

/** The clashes of `placeAll` as errors; empty when there are none. */
export function findClashes(mesh: Mesh, placings: readonly Placing[], materials: Materials): readonly Diagnostic[] {
  return settle(placings).clashes.map((clash) => describeClash(clash, mesh, materials));
}

interface Entry extends Maker {
  readonly wave: Wave;
  readonly knownAfterApply: KnownAfterApply | undefined;
  /** Objects of manifests that were merged into this one. */
  readonly also: readonly KubeObject[];
}

function settle(placings: readonly Placing[]): {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly clashes: readonly Clash[];
} {
  const entries = new Map<string, Entry>();
  const clashes: Clash[] = [];
  for (const [wave, object, source, knownAfterApply] of placings) {
    const key = keyOf(idOf(object));
    const first = entries.get(key);
    const second: Maker = source === undefined ? { object } : { object, source };
    if (first === undefined) {
      entries.set(key, { ...second, wave, knownAfterApply, also: [] });
    } else if (first.object === object || sameValue(first.object, object)) {
      // Nothing is lost: Istio's renderer gives some objects twice, and folders of two services may share one.
    } else if (object.kind === "Namespace") {
      const { merged, conflicts } = mergeNamespace(first.object, object);
      const also = source === undefined ? first.also : [...first.also, source];
      entries.set(key, { ...first, object: merged, wave: earlier(first.wave, wave), also });
      if (conflicts.length > 0) {
        clashes.push({ first, second, conflicts });
      }
    } else {
      clashes.push({ first, second });
    }
  }
  return { entries, clashes };
}

function earlier(a: Wave, b: Wave): Wave {
  return waves.indexOf(a) <= waves.indexOf(b) ? a : b;
}

/** What is the same in several clusters is placed once: remote secrets and the objects of services are most of a fleet. */
function place(mesh: Mesh, { wave, object, knownAfterApply }: Entry): PlacedObject {
  const known = placedBy.get(mesh) ?? new WeakMap<KubeObject, PlacedObject>();
  placedBy.set(mesh, known);
  const found = known.get(object);
  if (found?.wave === wave) {
    return found;
  }
  const label = (one: KubeObject): KubeObject => withMeshLabel(mesh, one);
  const placed: PlacedObject = {
    wave,
    object: label(object),
    ...(knownAfterApply === undefined ? {} : { knownAfterApply: mapFilled(knownAfterApply, label) }),
  };
  known.set(object, placed);
  return placed;
}

const placedBy = new WeakMap<Mesh, WeakMap<KubeObject, PlacedObject>>();

/** The object with the label by which everything of a mesh is found. */
export function withMeshLabel(mesh: Mesh, object: KubeObject): KubeObject {
  const metadata: ObjectMeta = {
    ...object.metadata,
    labels: { ...object.metadata.labels, [meshLabel]: mesh.name },
  };
  return { ...object, metadata };
}
