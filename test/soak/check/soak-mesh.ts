import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { folder, isthmus, root } from "../../e2e/world.ts";
import { putServerCertificate } from "./certificate.ts";

/** What the harness reads of `isthmus check -o json`. */
export interface SoakReport {
  readonly ok: boolean;
  readonly causes: readonly SoakCause[];
}

export interface SoakCause {
  readonly code: string;
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
  readonly cluster?: string;
  readonly fix?: string;
  /** What the fix says to run. */
  readonly commands?: readonly string[];
  readonly consequences: readonly { readonly code: string }[];
}

/** The mesh file of the harness, in a folder of its own. */
export function soakMeshFile(): string {
  const into = path.join(folder(), "soak");
  const from = path.join(root, "test", "soak", "check", "mesh");
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(from)) {
    copyFileSync(path.join(from, name), path.join(into, name));
  }
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  return path.join(into, "mesh.yaml");
}

/** Brings the mesh up, or back to what its file asks for. */
export async function applyMesh(file: string): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts", "--prune"]);
  expect(ran.err + ran.out).not.toMatch(/error\[/);
  expect(ran.code).toBe(0);
}

export async function putCertificates(): Promise<void> {
  for (const cluster of ["west", "east"] as const) {
    await putServerCertificate(cluster, { host: "secure.mesh.example" });
  }
}

export async function check(file: string, ...more: readonly string[]): Promise<SoakReport> {
  const ran = await isthmus(["check", "-f", file, "-o", "json", ...more]);
  return JSON.parse(ran.out) as SoakReport;
}

/** What a person reads first: `ISM424 west`. */
export function headOf(causes: readonly SoakCause[]): readonly string[] {
  return causes.map((one) => `${one.code} ${one.cluster ?? ""}`.trim());
}

/** Waits until nothing is wrong; gives what is still wrong after that time. */
export async function whatIsLeft(file: string): Promise<readonly SoakCause[]> {
  const report = await check(file, "--wait", "2m");
  return report.causes;
}
