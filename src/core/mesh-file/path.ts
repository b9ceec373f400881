/** A place in the mesh file: keys of mappings and indices of lists, from the top. */
export type Path = readonly (string | number)[];

/** The path as messages name it: `spec.clusters[1].network`, `spec.istio.nodeSelector["a/b"]`. */
export function describePath(path: Path): string {
  if (path.length === 0) {
    return "the file";
  }
  return path
    .map((part, index) => {
      if (typeof part === "number") {
        return `[${part}]`;
      }
      if (!/^[A-Za-z0-9_-]+$/.test(part)) {
        return `[${JSON.stringify(part)}]`;
      }
      return index === 0 ? part : `.${part}`;
    })
    .join("");
}

/** What stands at a place of a value; undefined where there is nothing. */
export function valueAt(root: unknown, path: Path): unknown {
  let value: unknown = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}
