import type { AddedFieldFacts, AddedToObject } from "../drift-facts.ts";
import type { ReachedCluster } from "../facts.ts";
import type { Subject } from "../subjects.ts";
import { appliedObject, objectOf } from "../subjects.ts";

/** What a field does that nobody has applied. */
export interface Effect {
  /** True where requests fail, or go elsewhere, by it. */
  readonly harms: boolean;
  /** A clause about the field; empty where nothing is known of it. */
  readonly words: string;
  readonly breaks: readonly Subject[];
}

/** One field with where it is. */
export interface Place {
  readonly one: ReachedCluster;
  readonly object: AddedToObject;
  readonly field: AddedFieldFacts;
}

/** What is known of some fields. */
export interface Rule {
  readonly kind: RegExp;
  /** Of pointers, with `*` for an item's place. */
  readonly field: RegExp;
  readonly when?: (place: Place) => boolean;
  /** undefined: nothing is said of the field, since it changes nothing or another check knows it better. */
  readonly effect: ((place: Place) => Effect) | undefined;
}

/** A field that may be meant and has this price. */
export function says(words: string): (place: Place) => Effect {
  return () => ({ harms: false, words, breaks: [] });
}

/** What is found at the object itself follows from it. */
export function ofObject({ one, object: { id } }: Pick<Place, "one" | "object">): readonly Subject[] {
  return [objectOf(one.cluster, id), appliedObject(one.cluster, id)];
}
