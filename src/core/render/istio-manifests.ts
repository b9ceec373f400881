import type { Json, KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import type { Wave } from "./waves.ts";

const definitionKinds: ReadonlySet<string> = new Set([
  "CustomResourceDefinition",
  "ServiceAccount",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ConfigMap",
  "Namespace",
]);

/** The wave of an object of Istio's own renderer, with the object made fit for server-side apply. */
export function placeIstioObject(object: KubeObject): readonly [Wave, KubeObject] {
  return [waveOf(object), withoutNulls(object)];
}

function waveOf(object: KubeObject): Wave {
  if (definitionKinds.has(object.kind)) {
    return "definitions";
  }
  return isGateway(object) ? "gateways" : "control-plane";
}

/** By the labels that istioctl and the gateway chart put on everything of a gateway. */
function isGateway(object: KubeObject): boolean {
  const { labels } = object.metadata;
  return (
    (labels?.["operator.istio.io/component"]?.endsWith("gressGateways") ?? false) ||
    (labels?.["helm.sh/chart"]?.startsWith("gateway-") ?? false)
  );
}

/** Helm leaves `key: null` where a template gave nothing; as an applied value that would be owning a deletion. */
function withoutNulls(object: KubeObject): KubeObject {
  const known = stripped.get(object) ?? (strip(object as unknown as Json) as unknown as KubeObject);
  stripped.set(object, known);
  return known;
}

/** By object, since Istio's definitions are large and the same for every cluster. */
const stripped = new WeakMap<KubeObject, KubeObject>();

/** What has nothing to strip is given back itself, so that no second copy of a fleet's manifests is held. */
function strip(value: Json): Json {
  if (!hasNull(value)) {
    return value;
  }
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => (item === null ? item : strip(item)));
  }
  const entries = Object.entries(value as { readonly [key: string]: Json | undefined });
  return Object.fromEntries(
    entries.flatMap(([key, one]) => (one === null || one === undefined ? [] : [[key, strip(one)] as const])),
  );
}

/** Whether a mapping in it has a key without a value. Most objects have none, and are only looked through. */
function hasNull(value: Json | undefined): boolean {
  if (value instanceof Secret || value === null || typeof value !== "object") {
    return false;
  }
  if (Array.isArray(value)) {
    return (value as readonly Json[]).some(hasNull);
  }
  const map = value as { readonly [key: string]: Json | undefined };
  for (const key in map) {
    const one = map[key];
    if (one === null || one === undefined || hasNull(one)) {
      return true;
    }
  }
  return false;
}
