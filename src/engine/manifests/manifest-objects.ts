import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../core/manifests/list-objects.ts";
import { readManifest } from "../../core/manifests/read-manifest.ts";
import type { Json, KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";

/**
 * The objects of a manifest's documents, those of a List one by one. `name` is
 * how messages call the manifest. What is no object is left out and becomes a
 * diagnostic (ISM204, ISM227, ISM228) in `problems`. Data of Secrets is wrapped.
 */
export function readObjects(text: string, name: string, problems: Diagnostic[]): readonly ManifestObject[] {
  return readManifest(text, name, problems).map(({ object, ...place }) => ({
    object: wrapSecretData(object),
    ...place,
  }));
}

/**
 * `stringData` becomes `data`, as the API server does it, so that plans compare like with like. What is no text
 * stays none where it was, as an empty mapping: it is refused, and is not kept, since it may be a password of digits.
 */
function wrapSecretData(object: KubeObject): KubeObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return object;
  }
  const { data, stringData, ...rest } = object as KubeObject & {
    data?: Record<string, unknown>;
    stringData?: Record<string, unknown>;
  };
  const plain = textsOf(data);
  const encoded = textsOf(stringData).map(([key, value]) => [key, Buffer.from(value).toString("base64")] as const);
  const all = [...plain, ...encoded].map(([key, value]) => [key, new Secret(value)]);
  const others = othersOf(stringData);
  return {
    ...(rest as KubeObject),
    data: { ...Object.fromEntries(all), ...Object.fromEntries(othersOf(data)) },
    ...(others.length === 0 ? {} : { stringData: Object.fromEntries(others) }),
  };
}

/** An API server takes null for an empty text. */
function textsOf(fields: Readonly<Record<string, unknown>> = {}): readonly (readonly [string, string])[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    typeof value === "string" || value === null ? [[key, value ?? ""] as const] : [],
  );
}

function othersOf(fields: Readonly<Record<string, unknown>> = {}): readonly (readonly [string, Json])[] {
  return Object.entries(fields).flatMap(([key, value]) =>
    typeof value === "string" || value === null ? [] : [[key, {}] as const],
  );
}
