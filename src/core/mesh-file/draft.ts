import type { RawMesh } from "./schema/mesh.ts";

/**
 * A value of which every part may be missing, because it was missing or of
 * the wrong type; what is there has the right type. Indices and keys are those
 * of the file.
 */
export type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

/** The mesh file as rules see it, so that they work also while other parts of it are wrong. */
export type MeshDraft = Draft<RawMesh>;

/** The items of a list that are there, each with its index in the file. */
export function itemsOf<T>(list: readonly (T | undefined)[] | undefined): (readonly [number, T])[] {
  return (list ?? []).flatMap((item, index) => (item === undefined ? [] : [[index, item] as const]));
}

/** The entries of a map that are there. */
export function entriesOf<T>(map: { readonly [key: string]: T | undefined } | undefined): (readonly [string, T])[] {
  return Object.entries(map ?? {}).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}
