import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { engineDiagnostic } from "./engine-diagnostic.ts";

/** A wheel as a requirements file with hashes pins it. */
export interface WheelPin {
  readonly project: string;
  readonly version: string;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Every version of the engine, as the files in `sandbox-engine/` pin them. */
export interface EnginePins {
  readonly kubernetes: string;
  readonly istio: string;
  readonly coredns: string;
  readonly etcd: string;
  readonly helm: string;
  readonly envoy: WheelPin;
  readonly go: WheelPin;
  /** The oldest Go that compiles go.mod, `1.26.0`. */
  readonly goAtLeast: string;
  readonly pause: string;
  readonly helloworld: string;
  readonly debian: {
    readonly suite: string;
    /** Packages whose programs run on the nodes. */
    readonly nodePackages: readonly string[];
    /** Packages in the images' base layer. */
    readonly imagePackages: readonly string[];
  };
}

/** The files of `sandbox-engine/` that decide what the engine is, relative to it. */
export const pinnedFiles = [
  "go.mod",
  "go.sum",
  "pins.json",
  "requirements-envoy.txt",
  "requirements-go.txt",
  "coredns/main.go",
  "etcd/main.go",
  "kube-router/main.go",
  "pause/main.go",
  "helloworld/server.mjs",
] as const;

export type PinnedFile = (typeof pinnedFiles)[number];

/** The text of every pinned file. A UserError (ISM716) when one cannot be read. */
export function readPinnedFiles(sourceDir: string): Readonly<Record<PinnedFile, string>> {
  try {
    const texts = pinnedFiles.map((file) => [file, readFileSync(path.join(sourceDir, file), "utf8")] as const);
    return Object.fromEntries(texts) as Record<PinnedFile, string>;
  } catch (error) {
    throw brokenPins(`${sourceDir} is not complete: ${(error as Error).message}`, error);
  }
}

const pinsFile = z.strictObject({
  istio: z.string(),
  pause: z.string(),
  helloworld: z.string(),
  debian: z.strictObject({
    suite: z.string().regex(/^[a-z]+$/),
    nodePackages: z.array(z.string().regex(/^[a-z0-9.+-]+$/)),
    imagePackages: z.array(z.string().regex(/^[a-z0-9.+-]+$/)),
  }),
});

/** Reads the versions out of the pinned files' texts. A UserError (ISM716) names what is not there. */
export function parsePins(texts: Readonly<Record<PinnedFile, string>>): EnginePins {
  const own = pinsFile.safeParse(parseJson(texts["pins.json"]));
  if (!own.success) {
    throw brokenPins(`pins.json: ${z.prettifyError(own.error)}`, own.error);
  }
  const goMod = texts["go.mod"];
  return {
    ...own.data,
    kubernetes: requiredModule(goMod, "k8s.io/kubernetes"),
    coredns: requiredModule(goMod, "github.com/coredns/coredns"),
    etcd: requiredModule(goMod, "go.etcd.io/etcd/server/v3"),
    helm: requiredModule(goMod, "helm.sh/helm/v4"),
    envoy: parseWheelPin("requirements-envoy.txt", texts["requirements-envoy.txt"]),
    go: parseWheelPin("requirements-go.txt", texts["requirements-go.txt"]),
    goAtLeast: parseGoLine(goMod),
  };
}

/** The oldest Go that compiles a go.mod, `1.26.0`. A UserError (ISM716). */
export function parseGoLine(goMod: string): string {
  return firstGroup(goMod, /^go (\d+(?:\.\d+)*)$/m, "go.mod has no go line");
}

/** The wheel that a requirements file with hashes pins. A UserError (ISM716). */
export function parseWheelPin(file: string, text: string): WheelPin {
  const match = /^([a-z0-9-]+)==([0-9.]+)\s+--hash=sha256:([0-9a-f]{64})$/m.exec(text);
  const [, project, version, sha256] = match ?? [];
  if (project === undefined || version === undefined || sha256 === undefined) {
    throw brokenPins(`${file} has no line "project==version --hash=sha256:<64 hex digits>"`);
  }
  return { project, version, sha256 };
}

/** The version of a module that a go.mod requires, without its `v`. A UserError (ISM716). */
export function requiredModule(goMod: string, module: string): string {
  const escaped = module.replaceAll(".", "\\.");
  return firstGroup(
    goMod,
    new RegExp(`^(?:require |\\t)${escaped} v([0-9][^\\s]*)`, "m"),
    `go.mod does not require ${module}`,
  );
}

function firstGroup(text: string, pattern: RegExp, missing: string): string {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) {
    throw brokenPins(missing);
  }
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw brokenPins(`pins.json is not JSON: ${(error as Error).message}`, error);
  }
}

function brokenPins(what: string, cause?: unknown): UserError {
  return new UserError(
    [
      engineDiagnostic(
        "ISM716",
        `The files that pin the sandbox engine's versions cannot be used: ${what}.`,
        "Check out or install isthmus again; sandbox-engine/ belongs to it.",
      ),
    ],
    exitCodes.failed,
    { cause },
  );
}
