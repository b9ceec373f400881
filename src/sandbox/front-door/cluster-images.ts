import { existsSync } from "node:fs";
import { createHash } from "node:crypto";
import { mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import { cacheFolder } from "../engine/cache-folder.ts";
import { acquireLock } from "../engine/lock.ts";
import { runStep } from "../engine/run-step.ts";
import type { ImageRecipe } from "../images/image-recipes.ts";
import { writeImages } from "../images/write-images.ts";
import type { EnsureGoPartOptions, MadeGoPart } from "./ensure-go-part.ts";

/** The images of what a front door runs in each cluster, by the names that their projects publish them under. */
export interface ClusterImages {
  /** A docker-archive with all of them. */
  readonly archive: string;
  readonly certManager: string;
  readonly acmeSolver: string;
  readonly externalDns: string;
}

type Source = "controller" | "acmesolver" | "external-dns";

/** cert-manager's chart and external-dns' give their pods these users. */
const users = { certManager: "1000:1000", externalDns: "65532:65532" } as const;

function recipesOf(certManager: string, externalDns: string): Readonly<Record<Source, ImageRecipe<Source>>> {
  const recipe = (source: Source, name: string, user: string): ImageRecipe<Source> => ({
    name,
    base: false,
    files: [{ source, target: `/${source}`, mode: 0o755 }],
    entrypoint: [`/${source}`],
    user,
    env: ["PATH=/"],
  });
  return {
    controller: recipe("controller", `quay.io/jetstack/cert-manager-controller:v${certManager}`, users.certManager),
    acmesolver: recipe("acmesolver", `quay.io/jetstack/cert-manager-acmesolver:v${certManager}`, users.certManager),
    "external-dns": recipe(
      "external-dns",
      `registry.k8s.io/external-dns/external-dns:v${externalDns}`,
      users.externalDns,
    ),
  };
}

/** The archive with the images of these parts: from the cache, else written now. Throws a CommandError. */
export async function ensureClusterImages(
  parts: { readonly certManager: MadeGoPart; readonly externalDns: MadeGoPart },
  options: EnsureGoPartOptions,
): Promise<ClusterImages> {
  const { certManager, externalDns } = parts;
  const recipes = recipesOf(certManager.version, externalDns.version);
  const key = createHash("sha256")
    .update(JSON.stringify([certManager.key, externalDns.key, recipes]))
    .digest("hex")
    .slice(0, 16);
  const folder = path.join(cacheFolder(options.env), "front-door");
  const archive = path.join(folder, `images-${key}.tar`);
  if (!existsSync(archive)) {
    await makeFolder(folder);
    const release = await acquireLock(path.join(folder, "images.lock"), {
      signal: options.signal,
      timeoutMs: 20 * 60_000,
      onWait: (note) => options.onProgress({ kind: "task.note", subject: "images", task: "waiting", note }),
    });
    try {
      await writeArchive({ ...parts, recipes, archive }, options);
    } finally {
      await release();
    }
  }
  return {
    archive,
    certManager: recipes.controller.name,
    acmeSolver: recipes.acmesolver.name,
    externalDns: recipes["external-dns"].name,
  };
}

async function writeArchive(
  wanted: {
    readonly certManager: MadeGoPart;
    readonly externalDns: MadeGoPart;
    readonly recipes: Readonly<Record<Source, ImageRecipe<Source>>>;
    readonly archive: string;
  },
  options: EnsureGoPartOptions,
): Promise<void> {
  if (existsSync(wanted.archive)) {
    return;
  }
  const workDir = await mkdtemp(`${wanted.archive}.making-`);
  const step = { subject: "images", task: "writing those of cert-manager and external-dns", expectedSeconds: 5 };
  try {
    await runStep(options.onProgress, step, async (note) => {
      const { env, signal } = options;
      const sources = {
        controller: wanted.certManager.programs["controller"] ?? "",
        acmesolver: wanted.certManager.programs["acmesolver"] ?? "",
        "external-dns": wanted.externalDns.programs["external-dns"] ?? "",
      };
      const { recipes } = wanted;
      const written = await writeImages({ recipes, sources, workDir, node: "", env, signal, onImage: note });
      await rename(written, wanted.archive);
    });
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
