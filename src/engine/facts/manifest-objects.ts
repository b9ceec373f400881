import { LineCounter, parseAllDocuments } from "yaml";
import type { Diagnostic, SourceRange } from "../../core/diagnostics/diagnostic.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";

/** An object of a manifest and where it is written. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly range: SourceRange;
}

/**
 * The objects of a manifest's documents, those of a List one by one. `name` is
 * how messages call the manifest. What is no object is left out and becomes a
 * diagnostic (ISM204) in `problems`. Data of Secrets is wrapped.
 */
export function readObjects(text: string, name: string, problems: Diagnostic[]): readonly ManifestObject[] {
  const lines = new LineCounter();
  const objects: ManifestObject[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    if (!("contents" in document) || document.contents === null) {
      continue;
    }
    const start = lines.linePos(document.contents.range?.[0] ?? 0);
    const error = document.errors[0];
    const value: unknown = error === undefined ? document.toJS() : undefined;
    // A document of comments only is null.
    const found = value === null || value === undefined ? [] : objectsIn(value);
    const sound = found.filter(isObject);
    objects.push(...sound.map((object) => ({ object: wrapSecretData(object), range: rangeAt(text, name, start) })));
    if (error === undefined && sound.length === found.length) {
      continue;
    }
    const place = error?.linePos?.[0] ?? { line: start.line, col: start.col };
    problems.push({
      code: "ISM204",
      severity: "error",
      summary: "Not a Kubernetes object",
      detail:
        error === undefined
          ? `A document of ${name} has no apiVersion, kind or metadata.name.`
          : `${name}: ${error.message.split("\n")[0]}`,
      fix: "Every document of a manifest is one object with apiVersion, kind and metadata.name, or a List of such objects.",
      range: rangeAt(text, name, place),
    });
  }
  return objects;
}

function rangeAt(
  text: string,
  file: string,
  { line, col }: { readonly line: number; readonly col: number },
): SourceRange {
  return {
    file,
    start: { line, column: col },
    end: { line, column: col + 1 },
    lineText: text.split("\n")[line - 1] ?? "",
  };
}

/** The value itself, or what a List holds (`v1 List`, `ConfigMapList`). */
function objectsIn(value: unknown): readonly unknown[] {
  const { kind, items } = value as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items) ? items.flatMap(objectsIn) : [value];
}

function isObject(value: unknown): value is KubeObject {
  const object = value as Partial<KubeObject> | null;
  return (
    typeof object?.apiVersion === "string" &&
    typeof object.kind === "string" &&
    typeof object.metadata?.name === "string"
  );
}

/** `stringData` becomes `data`, as the API server does it, so that plans compare like with like. */
function wrapSecretData(object: KubeObject): KubeObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1") {
    return object;
  }
  const { data, stringData, ...rest } = object as KubeObject & {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  const encoded = Object.entries(stringData ?? {}).map(
    ([key, value]) => [key, Buffer.from(value).toString("base64")] as const,
  );
  const all = [...Object.entries(data ?? {}), ...encoded].map(([key, value]) => [key, new Secret(value)]);
  return { ...(rest as KubeObject), data: Object.fromEntries(all) };
}
