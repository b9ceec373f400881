import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killNode, reviveNodes } from "./node-processes.ts";
import type { Ran } from "./world.ts";
import { isthmus, kubectl, meshFile } from "./world.ts";

beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

afterAll(reviveNodes);

async function inWest(...args: readonly string[]): Promise<Ran> {
  return kubectl("west", args);
}

describe("--cluster", () => {
  it("works on one cluster while the other is dead", async () => {
    await killNode("east");
    expect((await isthmus(["plan", "-f", meshFile()])).code).toBe(69);
    const plan = await isthmus(["plan", "-f", meshFile(), "--cluster", "west", "--detailed-exitcode"]);
    expect(plan.code).toBe(0);
    expect(plan.out).toContain("Out of scope: east.");
    const ran = await isthmus(["apply", "-f", meshFile(), "--cluster", "west", "--yes"]);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    await reviveNodes();
  });
});

describe("--force-conflicts=KIND", () => {
  it("takes over what another tool owns in that kind, and refuses the other", async () => {
    await inWest("-n", "istio-system", "scale", "deploy/istiod", "--replicas=1");
    await inWest(
      "-n",
      "sample",
      "patch",
      "service",
      "helloworld",
      "--field-manager=theirs",
      "-p",
      '{"spec":{"ports":[{"name":"http2-theirs","port":5000}]}}',
    );
    const refused = await isthmus(["plan", "-f", meshFile(), "--force-conflicts=Deployment"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("Service sample/helloworld");
    expect((await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts=Service"])).code).toBe(0);
  });
});
