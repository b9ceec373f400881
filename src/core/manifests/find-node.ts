import type { Document, Node, YAMLMap } from "yaml";
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import type { Path } from "../mesh-file/path.ts";

/**
 * The node that a value of a document is written as, by its path in what
 * `readValue` makes of the document: through aliases, and through what is merged
 * into a mapping. Undefined where the path leads nowhere.
 */
export function findNode(document: Document, root: Node | null, path: Path): Node | undefined {
  let at: Node | undefined = root ?? undefined;
  for (const part of path) {
    const inner = resolved(document, at);
    if (isMap(inner)) {
      at = valueOf(document, inner, String(part));
    } else if (isSeq(inner) && typeof part === "number") {
      at = (inner.items[part] as Node | null | undefined) ?? undefined;
    } else {
      return undefined;
    }
  }
  return at;
}

function resolved(document: Document, node: Node | null | undefined): Node | undefined {
  return isAlias(node) ? node.resolve(document) : (node ?? undefined);
}

function valueOf(document: Document, map: YAMLMap, name: string): Node | undefined {
  const own = map.items.find(({ key }) => textOf(document, key as Node | null) === name);
  if (own !== undefined) {
    const value = own.value as Node | null;
    return isScalar(value) && value.value === "" ? (own.key as Node) : (value ?? (own.key as Node));
  }
  const merged = map.items
    .filter(({ key }) => isScalar(key) && key.value === "<<")
    .flatMap(({ value }) => (isSeq(value) ? value.items : [value]) as (Node | null)[])
    .map((source) => resolved(document, source));
  return merged
    .filter((source) => isMap(source))
    .map((source) => valueOf(document, source, name))
    .find((found) => found !== undefined);
}

/** Keys are texts whatever they are written as. */
function textOf(document: Document, key: Node | null): string | undefined {
  const target = resolved(document, key);
  return isScalar(target) ? String(target.value) : undefined;
}
