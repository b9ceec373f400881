import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { findEngineSource } from "../engine/engine-source.ts";

/** The parts of a sandbox's front door that are compiled here; each is a Go module of its own in `sandbox-engine/front-door/`. */
export const goParts = ["pebble", "cert-manager", "external-dns"] as const;

export type GoPart = (typeof goParts)[number];

export interface GoPartRecipe {
  /** What people call it. */
  readonly title: string;
  /** The module whose version is the part's. */
  readonly module: string;
  readonly packages: readonly string[];
  /** What `go build` calls the programs. */
  readonly programs: readonly string[];
  /** The linker's variable for the part's own version, where it has one. */
  readonly versionVariable?: string;
  /** A folder of the module's sources that is kept beside the programs, and its name there. */
  readonly keeps?: { readonly from: string; readonly to: string };
  /** Processor seconds from an empty build cache: measured on two cores, times two. */
  readonly processorSeconds: number;
}

/** How each part is made (docs/adr/0033). */
export const goPartRecipes: Readonly<Record<GoPart, GoPartRecipe>> = {
  pebble: {
    title: "Pebble",
    module: "github.com/letsencrypt/pebble/v2",
    packages: ["github.com/letsencrypt/pebble/v2/cmd/pebble"],
    programs: ["pebble"],
    processorSeconds: 50,
  },
  "cert-manager": {
    title: "cert-manager",
    module: "github.com/cert-manager/cert-manager",
    packages: ["./controller", "./acmesolver"],
    programs: ["controller", "acmesolver"],
    versionVariable: "github.com/cert-manager/cert-manager/pkg/util.AppVersion",
    keeps: { from: "deploy/crds", to: "crds" },
    processorSeconds: 700,
  },
  "external-dns": {
    title: "external-dns",
    module: "sigs.k8s.io/external-dns",
    packages: ["."],
    programs: ["external-dns"],
    versionVariable: "sigs.k8s.io/external-dns/pkg/apis/externaldns.Version",
    processorSeconds: 600,
  },
};

/** Raised when what is kept of a part changes, so that older ones are not taken for complete. */
const layoutVersion = 1;

/** The folder of a part's sources. A UserError (ISM716) when this program's own files are not there. */
export function goPartSource(part: GoPart): string {
  return path.join(frontDoorSource(), part);
}

/** The folder of all parts' sources, with what they share. A UserError (ISM716). */
export function frontDoorSource(): string {
  return path.join(findEngineSource(), "front-door");
}

/**
 * The content key of a part: 16 hex digits that are equal exactly when its
 * sources and pins are. No part of the engine's own key, so that neither is
 * made anew for the other.
 */
export function computePartKey(source: string): string {
  const hash = createHash("sha256").update(`layout ${layoutVersion}\n`);
  for (const file of listFiles(source)) {
    const text = readFileSync(path.join(source, file));
    // Length first, so that no text can run into the next one.
    hash.update(`${file} ${text.byteLength}\n`).update(text).update("\n");
  }
  return hash.digest("hex").slice(0, 16);
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}
