import { suggestName } from "../diagnostics/suggest.ts";
import { meshConfigFields } from "./mesh-config-fields.ts";

/** A key that is no field of Istio's MeshConfig, or one that has no effect as it is spelt. */
export interface UnknownMeshConfig {
  /** Below the values. */
  readonly path: readonly (string | number)[];
  /** Where the key that was probably meant stands, by its own path. */
  readonly near?: readonly (string | number)[];
  /** Whether it is a field, and `near` its other spelling, which is there too and wins. */
  readonly overridden?: true;
}

/** What Istio's charts write into every MeshConfig (istio.io/istio, manifests/charts/istio-control/istio-discovery, templates/configmap.yaml and values.yaml). */
const ofCharts = ["trustDomain", "rootNamespace", "defaultConfig", "defaultProviders", "enablePrometheusMerge"];

/** And what its profile demo does (files/profile-demo.yaml there). */
const ofDemo = ["accessLogFile", "extensionProviders"];

/**
 * The keys under `meshConfig` of an installation's values that istiod does not
 * know, and fields of MeshConfig that stand beside it. istiod reads its
 * configuration with unknown fields allowed and says so at its debug level
 * only (istio.io/istio, pkg/util/protomarshal, ApplyYAML). Fields may be
 * written as the API has them (`accessLogFile`) or as its .proto files do
 * (`access_log_file`). Where both are there, the API's wins
 * (findings/istio-reads-more-than-its-schema.sh), and charts and profile write
 * some of them. Pure.
 */
export function findUnknownMeshConfig(values: unknown, profile: string): readonly UnknownMeshConfig[] {
  if (!isMap(values)) {
    return [];
  }
  const beside = Object.keys(values)
    .filter((key) => fieldsOf("MeshConfig").has(key))
    .map((key) => ({ path: [key], near: ["meshConfig", key] }));
  const { meshConfig } = values;
  const written = [...ofCharts, ...(profile === "demo" ? ofDemo : [])];
  return [...beside, ...visit(meshConfig, "MeshConfig", ["meshConfig"], written)];
}

/** Why a key that is overridden has no effect. */
export function describeOverridden(path: UnknownMeshConfig["path"], near: UnknownMeshConfig["path"] = path): string {
  return `${path.join(".")} has no effect: Istio's charts, its profile or this file have ${near.join(".")} too, and of two spellings of one field istiod takes that one.`;
}

/** `written` are fields that are there also where the value does not have them. */
function visit(
  value: unknown,
  message: string,
  path: UnknownMeshConfig["path"],
  written: readonly string[] = [],
): readonly UnknownMeshConfig[] {
  if (Array.isArray(value)) {
    return value.flatMap((one: unknown, index) => visit(one, message, [...path, index]));
  }
  const fields = fieldsOf(message);
  if (!isMap(value)) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]): readonly UnknownMeshConfig[] => {
    const name = fields.has(key) ? key : apiName(key);
    const holds = fields.get(name);
    if (name !== key && holds !== undefined && (Object.hasOwn(value, name) || written.includes(name))) {
      return [{ path: [...path, key], near: [...path, name], overridden: true }];
    }
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
