import { expect, it } from "vitest";
import { partOfToday } from "../part-of-today.ts";
import { pidOf } from "./node-processes.ts";
import type { Ran } from "./world.ts";
import { isthmus, meshFile, startIsthmus } from "./world.ts";

/** Applies the mesh, and kills east's API server as soon as an event is told that has this in its line. */
async function applyWithRestartAt(part: string): Promise<Ran> {
  const pid = await pidOf("kube-apiserver", "east");
  const running = startIsthmus(["apply", "-f", meshFile(), "--yes", "-o", "jsonl"]);
  await running.until((out) => out.includes(part));
  process.kill(pid, "SIGKILL");
  const ran = await running.ended;
  expect(await pidOf("kube-apiserver", "east")).not.toBe(pid);
  return ran;
}

const moments: readonly (readonly [string, string])[] = [
  ["in the middle of the definitions", '"cluster":"east","phase":"istio","wave":"definitions"'],
  [
    "while istiod is waited for",
    '"subject":"east","task":"istio: control plane","note":"waiting for Deployment istiod',
  ],
  ["when the clusters are joined", '"subject":"east","task":"join: remote secrets"'],
];

it.each(partOfToday(moments, moments.length))(
  "gets through a restart of an API server %s, without being run again",
  async (_when, part) => {
    expect((await isthmus(["remove", "-f", meshFile(), "--yes"])).code).toBe(0);
    const ran = await applyWithRestartAt(part);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    const plan = await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"]);
    expect(plan.out).toContain("No changes");
    expect(plan.code).toBe(0);
  },
);
