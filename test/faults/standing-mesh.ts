import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { Ran } from "../e2e/world.ts";
import { enginesKubectl, freshFolder, isthmus, kubectl, meshFile } from "../e2e/world.ts";
import { runFix } from "./run-fix.ts";
import { recordBesideAnalyze } from "./beside-analyze.ts";

export type ClusterName = "west" | "east";

/** What the tests read of `isthmus check -o json`. */
interface Report {
  readonly ok: boolean;
  readonly causes: readonly {
    readonly code: string;
    readonly severity: string;
    readonly cluster?: string;
    readonly remote?: string;
    readonly detail: string;
    readonly fix?: string;
    readonly commands?: readonly string[];
    readonly object?: { readonly kind: string; readonly name: string };
    readonly consequences: readonly { readonly code: string; readonly detail: string }[];
  }[];
}

/** Puts the shared mesh (or that of `file`, and nothing else) into the clusters of the tests' sandbox, also when this file runs alone. */
export async function standMesh(file = meshFile()): Promise<void> {
  // What the tests break with kubectl belongs to kubectl from then on.
  const ran = await isthmus(["apply", "-f", file, "--yes", "--force-conflicts", "--prune"]);
  expect(ran.err + ran.out).not.toMatch(/error\[/);
  expect(ran.code).toBe(0);
}

/** Runs the engine's kubectl against a cluster, and expects it to do what it is told. */
export async function change(cluster: ClusterName, args: readonly string[]): Promise<string> {
  const ran: Ran = await kubectl(cluster, args, await enginesKubectl());
  expect(ran.err).toBe("");
  expect(ran.code).toBe(0);
  return ran.out;
}

/** Writes an object as a person with kubectl would. */
export async function apply(cluster: ClusterName, object: object): Promise<void> {
  const file = path.join(freshFolder(), "object.json");
  writeFileSync(file, JSON.stringify(object));
  await change(cluster, ["apply", "-f", file]);
}

/** The report as it is; with `wait` when nothing is wrong any more, or the time is over. */
export async function check(wait?: string, file = meshFile()): Promise<Report & { readonly code: number }> {
  const ran = await isthmus(["check", "-f", file, "-o", "json", ...(wait === undefined ? [] : ["--wait", wait])]);
  return { ...(JSON.parse(ran.out) as Report), code: ran.code };
}

/** Checks until the first cause has this code: faults take some seconds to show. Gives that report. */
export async function checkUntil(code: string, file = meshFile()): Promise<Report & { readonly code: number }> {
  const end = Date.now() + 90_000;
  for (;;) {
    const report = await check(undefined, file);
    if (report.causes[0]?.code === code || Date.now() > end) {
      // A mesh behind Rancher is in a sandbox of its own, whose clusters analyze is not asked about.
      if (path.basename(file) === "mesh.yaml") {
        await recordBesideAnalyze(report.causes);
      }
      return report;
    }
  }
}

/** Expects one cause, of this code, for this cluster: the right one and not its consequences. */
export async function expectCause(code: string, cluster: ClusterName, file = meshFile()): Promise<Report> {
  const report = await checkUntil(code, file);
  const errors = report.causes.filter((one) => one.severity === "error");
  expect(errors.map((one) => `${one.code} ${one.cluster ?? ""}`)).toEqual([`${code} ${cluster}`]);
  expect(report.code).toBe(3);
  return report;
}

/** Expects that nothing is wrong, within two minutes. */
export async function expectClean(file = meshFile()): Promise<void> {
  const report = await check("2m", file);
  expect(report.causes.filter((one) => one.severity === "error")).toEqual([]);
  expect(report.code).toBe(0);
}

/** Runs what the first cause of this code prints, and expects that the mesh is right again. */
export async function healAsPrinted(report: Report, code: string, file = meshFile()): Promise<void> {
  await runFix(report.causes.find((one) => one.code === code));
  await expectClean(file);
}

/** Heals by an apply, and expects that the mesh is right again. */
export async function heal(): Promise<void> {
  await standMesh();
  await expectClean();
}
