import { copyFileSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { freshFolder, startIsthmus } from "../e2e/world.ts";
import { kubectl } from "./fault.ts";
import { applyMesh, check, expectClean, standMesh } from "./mesh.ts";
import { runFix } from "./run-fix.ts";

let file = "";

beforeAll(async () => {
  // A route that kubectl has applied too (70-export) is changed by a forced apply only; this one is isthmus' alone.
  for (const cluster of ["west", "east"] as const) {
    await kubectl(cluster, ["-n", "sample", "delete", "virtualservice", "helloworld", "--ignore-not-found"]);
  }
  file = await standMesh();
});

/** The mesh file in a folder of its own, with its text changed. */
function writeChanged(change: (text: string) => string): string {
  const into = freshFolder();
  for (const name of readdirSync(path.dirname(file))) {
    copyFileSync(path.join(path.dirname(file), name), path.join(into, name));
  }
  const changed = path.join(into, "mesh.yaml");
  writeFileSync(changed, change(readFileSync(file, "utf8")));
  return changed;
}

it("says of weights that were not applied yet that they were not, and nothing else", async () => {
  const changed = writeChanged((text) => text.replace("v1: 10, v2: 90", "v1: 30, v2: 70"));
  const report = await check(changed);
  expect(report.causes.map((one) => `${one.severity} ${one.code}`)).toEqual(["warning ISM456"]);
  expect(report.ok).toBe(true);
  await runFix(report.causes[0]);
  await expectClean(changed);
  await applyMesh(file);
});

it("says of an apply that was killed that it has not ended, whatever is not there for that reason", async () => {
  const changed = writeChanged((text) =>
    text
      .replace("v1: 10, v2: 90", "v1: 30, v2: 70")
      .replace("\n  istio:", "\n  hardening: { networkPolicies: true }\n  istio:"),
  );
  const running = startIsthmus(["apply", "-f", changed, "--yes"]);
  await running.until((out) => /west {2}foundation: namespaces/.test(out));
  await running.end("SIGKILL");
  const report = await check(changed);
  expect(report.causes.map(({ code }) => code)).toEqual(["ISM751"]);
  await runFix(report.causes[0]);
  await expectClean(changed);
  await applyMesh(file);
});
