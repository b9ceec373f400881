import { writeJson } from "../../core/model/exact-json.ts";
import { Buffer } from "node:buffer";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";
import { isRecord } from "../kubeconfig/read-fields.ts";

/** kubectl keeps the whole object here, a Secret's data included. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** An object as the API server sent it, with the values of a `v1 Secret` wrapped. */
export function readWireObject(parsed: Readonly<Record<string, unknown>>): KubeObject {
  const object = parsed as KubeObject;
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return object;
  }
  return {
    ...object,
    metadata: hideLastApplied(object.metadata),
    ...(isRecord(parsed["data"]) ? { data: wrapValues(parsed["data"]) } : {}),
    ...(isRecord(parsed["stringData"]) ? { stringData: wrapValues(parsed["stringData"]) } : {}),
  };
}

/** The JSON text to send: every wrapped value is exposed, here and nowhere else. */
export function writeWireObject(value: Json | KubeObject): string {
  return writeJson(exposeSecrets(value));
}

/** Every secret in a value, as it is and decoded, so that messages that quote it can be cleaned. */
export function collectSecrets(value: unknown): readonly Secret[] {
  if (value instanceof Secret) {
    return [value, new Secret(Buffer.from(value.expose(), "base64").toString("utf8"))];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(collectSecrets) : [];
}

function wrapValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, Secret>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, new Secret(String(value))]));
}

function hideLastApplied(metadata: KubeObject["metadata"]): KubeObject["metadata"] {
  const text = metadata.annotations?.[lastApplied];
  return text === undefined
    ? metadata
    : {
        ...metadata,
        annotations: { ...metadata.annotations, [lastApplied]: new Secret(text).toString() },
      };
}

function exposeSecrets(value: unknown): unknown {
  if (value instanceof Secret) {
    return value.expose();
  }
  if (Array.isArray(value)) {
    return value.map(exposeSecrets);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, exposeSecrets(item)]));
  }
  return value;
}
