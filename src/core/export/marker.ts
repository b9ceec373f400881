/** The file in an export's folder that lists what the export wrote. */
export const markerName = ".isthmus-export";

export interface ExportMarker {
  /**
   * The SHA-256 (hex) of every file, by its path under the folder. While an
   * export is being written, the one from before stands beside it.
   */
  readonly files: Readonly<Record<string, readonly string[]>>;
}

/** The marker's text; files in the order of their names. */
export function writeMarker(marker: ExportMarker): string {
  const names = Object.keys(marker.files).sort();
  const files = Object.fromEntries(names.map((name) => [name, marker.files[name] ?? []]));
  return `${JSON.stringify({ apiVersion: "isthmus.dev/v1alpha1", kind: "Export", files }, undefined, 2)}\n`;
}

/** Reads a marker. Undefined for anything that is none, also for one that names a path outside of its folder. */
export function readMarker(text: string): ExportMarker | undefined {
  let value: { readonly kind?: unknown; readonly files?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (value?.kind !== "Export" || typeof value.files !== "object" || value.files === null) {
    return undefined;
  }
  const files = Object.entries(value.files);
  const sound = files.every(([name, hashes]) => isInside(name) && Array.isArray(hashes));
  return sound ? { files: Object.fromEntries(files) } : undefined;
}

function isInside(name: string): boolean {
  return name.split("/").every((part) => /^[\w.-]+$/.test(part) && part !== "." && part !== "..");
}
