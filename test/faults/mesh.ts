import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, vi } from "vitest";
import { folder, isthmus, root } from "../e2e/world.ts";
import { putServerCertificate } from "./certificate.ts";
import { putExternalDns } from "./external-dns.ts";

/** What the tests read of `isthmus check -o json`. */
export interface CheckReport {
  readonly ok: boolean;
  readonly causes: readonly FoundCause[];
}

export interface FoundCause {
  readonly code: string;
  readonly severity: string;
  readonly summary: string;
  readonly detail?: string;
  readonly cluster?: string;
  readonly fix?: string;
  /** What the fix says to run. */
  readonly commands?: readonly string[];
  readonly consequences: readonly { readonly code: string; readonly detail?: string }[];
}

/** The mesh file of the faults. */
export function meshFile(): string {
  return path.join(folder(), "faults", "mesh.yaml");
}

/** Brings up the mesh that faults are injected into, with what its owners have beside it: certificates and external-dns. Gives its mesh file. */
export async function standMesh(): Promise<string> {
  const file = meshFile();
  const into = path.dirname(file);
  const from = path.join(import.meta.dirname, "mesh");
  mkdirSync(into, { recursive: true });
  for (const name of readdirSync(from)) {
    copyFileSync(path.join(from, name), path.join(into, name));
  }
  copyFileSync(path.join(root, "examples", "helloworld.yaml"), path.join(into, "helloworld.yaml"));
  // The certificates go into a namespace that an apply makes; until they are there its gateways do not serve the route.
  const first = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts", "--prune"]);
  expect([0, 4]).toContain(first.code);
  for (const cluster of ["west", "east"] as const) {
    await putServerCertificate(cluster, { host: "secure.mesh.example" });
    await putExternalDns(cluster);
  }
  if (first.code !== 0) {
    await applyMesh(file);
  }
  await expectClean(file);
  return file;
}

/** Brings the mesh back to what its file asks for. What the tests break with kubectl belongs to kubectl from then on, hence --force-conflicts. */
export async function applyMesh(file: string): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts", "--prune"]);
  expect(ran.err + ran.out).not.toMatch(/error\[/);
  expect(ran.code).toBe(0);
}

export async function check(file: string, ...more: readonly string[]): Promise<CheckReport> {
  const ran = await isthmus(["check", "-f", file, "-o", "json", ...more]);
  return JSON.parse(ran.out) as CheckReport;
}

/** What a person reads first: `ISM424 west`. */
export function headOf(causes: readonly FoundCause[]): readonly string[] {
  return causes.map((one) => `${one.code} ${one.cluster ?? ""}`.trim());
}

/** Expects that nothing is wrong, within two minutes; `--wait` ends while there are warnings. */
export async function expectClean(file: string): Promise<void> {
  await expectCauses(file, [], "--wait", "2m");
}

/** Expects that these are the causes, within two minutes: `ISM424 west`. */
export async function expectCauses(file: string, causes: readonly string[], ...more: readonly string[]): Promise<void> {
  await vi.waitFor(async () => expect(headOf((await check(file, ...more)).causes)).toEqual(causes), {
    timeout: 120_000,
    interval: 1000,
  });
}

/** Expects that a healthy mesh is found so by twenty looks in a row. */
export async function expectNoAlarm(file: string): Promise<void> {
  for (let round = 1; round <= 20; round += 1) {
    expect({ round, causes: headOf((await check(file)).causes) }).toEqual({ round, causes: [] });
  }
}
