import type { FieldInfo } from "../mesh-file/field-info.ts";

/** The paths of all fields below one that hold a value, lists as `[]` and maps as `<name>`. */
export function fieldPaths(field: FieldInfo, path = ""): readonly string[] {
  if (field.const !== undefined) {
    return [];
  }
  if (field.items !== undefined) {
    return fieldPaths(field.items, `${path}[]`);
  }
  const { properties, additionalProperties: values = false } = field;
  const named = Object.entries(properties ?? {}).flatMap(([name, one]) => fieldPaths(one, below(path, name)));
  const others = values === false ? [] : fieldPaths(values, `${path}.<name>`);
  return properties === undefined && values === false ? [path] : [...named, ...others];
}

/** Those of them that a value of the field has. */
export function fieldPathsIn(value: unknown, field: FieldInfo, path = ""): readonly string[] {
  if (value === undefined || field.const !== undefined) {
    return [];
  }
  const { items, properties, additionalProperties: values = false } = field;
  if (items !== undefined) {
    return (value as readonly unknown[]).flatMap((one) => fieldPathsIn(one, items, `${path}[]`));
  }
  if (properties === undefined && values === false) {
    return [path];
  }
  return Object.entries(value as object).flatMap(([name, one]) => {
    const known = properties?.[name];
    return known !== undefined
      ? fieldPathsIn(one, known, below(path, name))
      : values === false
        ? []
        : fieldPathsIn(one, values, `${path}.<name>`);
  });
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
