import { spawn } from "node:child_process";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { pidOf } from "./node-processes.ts";
import { environment, isthmus, meshFile, root } from "./world.ts";

/** Applies the mesh, and kills east's API server as soon as an event is told that has this in its line. */
async function applyWithRestartAt(part: string): Promise<{ readonly code: number | null; readonly err: string }> {
  const pid = await pidOf("kube-apiserver", "east");
  const args = ["apply", "-f", meshFile(), "--yes", "-o", "jsonl"];
  const child = spawn(process.execPath, [path.join(root, "dist", "isthmus.js"), ...args], {
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  // One that hangs must not hold its Leases against the tests after this one.
  onTestFinished(() => void child.kill("SIGKILL"));
  let out = "";
  let err = "";
  let killed = false;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    if (!killed && out.includes(part)) {
      killed = true;
      process.kill(pid, "SIGKILL");
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  expect(killed).toBe(true);
  expect(await pidOf("kube-apiserver", "east")).not.toBe(pid);
  return { code, err };
}

it.each([
  ["in the middle of the definitions", '"cluster":"east","phase":"istio","wave":"definitions"'],
  [
    "while istiod is waited for",
    '"subject":"east","task":"istio: control plane","note":"waiting for Deployment istiod',
  ],
  ["when the clusters are joined", '"subject":"east","task":"join: remote secrets"'],
])("gets through a restart of an API server %s, without being run again", async (_when, part) => {
  expect((await isthmus(["remove", "-f", meshFile(), "--yes"])).code).toBe(0);
  const ran = await applyWithRestartAt(part);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  const plan = await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"]);
  expect(plan.out).toContain("No changes");
  expect(plan.code).toBe(0);
});
