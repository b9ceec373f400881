import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ManifestObject } from "../../core/manifests/list-objects.ts";
import { readManifest } from "../../core/manifests/read-manifest.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";

/**
 * The objects of a manifest's documents, those of a List one by one. `name` is
 * how messages call the manifest. What is no object is left out and becomes a
 * diagnostic (ISM204, ISM227, ISM228) in `problems`. Data of Secrets is wrapped.
 */
export function readObjects(text: string, name: string, problems: Diagnostic[]): readonly ManifestObject[] {
  return readManifest(text, name, problems).map(({ object, range }) => ({ object: wrapSecretData(object), range }));
}

/** `stringData` becomes `data`, as the API server does it, so that plans compare like with like. */
function wrapSecretData(object: KubeObject): KubeObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return object;
  }
  const { data, stringData, ...rest } = object as KubeObject & {
    data?: Record<string, unknown>;
    stringData?: Record<string, unknown>;
  };
  const encoded = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(textOf(value)).toString("base64")] as const,
  );
  const all = [...Object.entries(data ?? {}), ...encoded].map(([key, value]) => [key, new Secret(textOf(value))]);
  return { ...(rest as KubeObject), data: Object.fromEntries(all) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : String(value ?? "");
}
