import { suggestName } from "../diagnostics/suggest.ts";
import { meshConfigFields } from "./mesh-config-fields.ts";

/** A key that is no field of Istio's MeshConfig. */
export interface UnknownMeshConfig {
  /** Below the values. */
  readonly path: readonly (string | number)[];
  /** Where the key that was probably meant stands, by its own path. */
  readonly near?: readonly (string | number)[];
}

/**
 * The keys under `meshConfig` of an installation's values that istiod does not
 * know, and fields of MeshConfig that stand beside it. istiod reads its
 * configuration with unknown fields allowed and says so at its debug level
 * only (istio.io/istio, pkg/util/protomarshal, ApplyYAML). Fields may be
 * written as the API has them (`accessLogFile`) or as its .proto files do
 * (`access_log_file`). Pure.
 */
export function findUnknownMeshConfig(values: unknown): readonly UnknownMeshConfig[] {
  if (!isMap(values)) {
    return [];
  }
  const beside = Object.keys(values)
    .filter((key) => fieldsOf("MeshConfig").has(key))
    .map((key) => ({ path: [key], near: ["meshConfig", key] }));
  return [...beside, ...visit(values["meshConfig"], "MeshConfig", ["meshConfig"])];
}

function visit(value: unknown, message: string, path: UnknownMeshConfig["path"]): readonly UnknownMeshConfig[] {
  if (Array.isArray(value)) {
    return value.flatMap((one: unknown, index) => visit(one, message, [...path, index]));
  }
  const fields = fieldsOf(message);
  if (!isMap(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]): readonly UnknownMeshConfig[] => {
    const holds = fields.get(key) ?? fields.get(apiName(key));
    if (holds === undefined) {
      const near = nearOf(key, message, path);
      return [{ path: [...path, key], ...(near === undefined ? {} : { near }) }];
    }
    if (holds.startsWith("*")) {
      return isMap(inner)
        ? Object.entries(inner).flatMap(([name, one]) => visit(one, holds.slice(1), [...path, key, name]))
        : [];
    }
    return holds === "" ? [] : visit(inner, holds, [...path, key]);
  });
}

/** Field → the message that it holds, `*` before it for a map of such; empty for what is not looked into. */
function fieldsOf(message: string): ReadonlyMap<string, string> {
  const fields = (meshConfigFields[message] ?? "").split(" ").filter((field) => field !== "");
  return new Map(fields.map((field) => [field.split(":")[0] ?? "", field.split(":")[1] ?? ""]));
}

/** A field of this message that is spelt alike; else the same key at the level where it belongs: proxies' settings stand under `defaultConfig`. */
function nearOf(key: string, message: string, path: UnknownMeshConfig["path"]): UnknownMeshConfig["path"] | undefined {
  const has = (other: string): boolean => fieldsOf(other).has(key);
  if (message === "MeshConfig" && has("ProxyConfig")) {
    return [...path, "defaultConfig", key];
  }
  if (message === "ProxyConfig" && has("MeshConfig")) {
    return [...path.slice(0, -1), key];
  }
  const name = suggestName(key, [...fieldsOf(message).keys()]);
  return name === undefined ? undefined : [...path, name];
}

/** `access_log_file` as `accessLogFile`. */
function apiName(key: string): string {
  return key.replaceAll(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
