import { createHash } from "node:crypto";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import { rankOf } from "../render/order.ts";

/** Longer names are cut: a file system takes 255 bytes, and the hash and the ending need room. */
const longest = 200;

/**
 * A file name for each of the objects, by their keys:
 * `<rank>-<kind>-<namespace>-<name>.yaml`, so that the order of names is an
 * order in which they can be applied. Names are unique also where a file system ignores case, and are
 * made of lower-case letters, digits, `.`, `-` and `_`. Where the plain name is not possible or would be that of
 * another object (`a-b/c` and `a/b-c`, one kind in two groups), a hash of the object's key ends it.
 */
export function nameFiles(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const plain = objects.map((object) => [keyOf(idOf(object)), plainName(object)] as const);
  const uses = new Map<string, number>();
  for (const [, name] of plain) {
    uses.set(name.safe, (uses.get(name.safe) ?? 0) + 1);
  }
  return new Map(
    plain.map(([key, { asked, safe }]) => [
      key,
      // No plain name has an underscore, so that none is equal to one with a hash.
      asked === safe && uses.get(safe) === 1 ? `${safe}.yaml` : `${safe}_${hashOf(key)}.yaml`,
    ]),
  );
}

function plainName(object: KubeObject): { readonly asked: string; readonly safe: string } {
  const { namespace, name } = object.metadata;
  const parts = [object.kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  const asked = `${rankOf(object.kind)}-${parts.join("-")}`;
  // Names of RBAC objects may have nearly any character, the others only these.
  const safe = asked
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, "-")
    .slice(0, longest);
  return { asked, safe };
}

function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 12);
}
