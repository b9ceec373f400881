import { readdir } from "node:fs/promises";
import path from "node:path";
import { warningOf } from "../../core/diagnostics/coded.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";

/** The endings that kubectl takes too (k8s.io/cli-runtime, pkg/resource, FileExtensions). */
export function isManifestName(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name);
}

/** `web.yaml.j2`, `web.YAML`, `web.yaml.disabled`: what somebody may take for a manifest. */
function looksLikeManifest(name: string): boolean {
  return /\.(?:ya?ml|json)(?:\.|$)/i.test(name) && !name.startsWith(".") && !isManifestName(name);
}

/**
 * What stands in a folder of manifests and is not read (ISM865): subfolders
 * with manifests in them, and files that look like ones. Hidden entries are
 * left out. `nameOf` gives how messages call a path.
 */
export async function describeUnreadFiles(
  folder: string,
  nameOf: (file: string) => string,
): Promise<Diagnostic | undefined> {
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const unread: string[] = [];
  for (const entry of entries) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory() && !entry.name.startsWith(".") && (await holdsManifests(place))) {
      unread.push(`folder ${nameOf(place)}`);
    } else if (!entry.isDirectory() && looksLikeManifest(entry.name)) {
      unread.push(nameOf(place));
    }
  }
  return unread.length === 0
    ? undefined
    : {
        ...warningOf("ISM865"),
        detail: `Of ${nameOf(folder)} the files *.yaml, *.yml and *.json are read, and these are not: ${unread.join(", ")}. What they hold is not deployed.`,
        fix: `Move what belongs to the service into the folder, write a kustomization.yaml there that lists it, or move the rest away.`,
      };
}

/** One that cannot be read may hold some. */
async function holdsManifests(folder: string): Promise<boolean> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    return entries.some((entry) => !entry.isDirectory() && isManifestName(entry.name));
  } catch {
    return true;
  }
}
