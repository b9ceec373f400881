import { beforeAll, expect, it } from "vitest";
import { deadServer, isthmus, isthmusKilled, meshFile, meshWith, startIsthmus } from "./world.ts";

beforeAll(async () => {
  // Gone with the file before, unless that failed or this one runs alone.
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

it("builds nothing of a new mesh while one of its clusters does not answer", async () => {
  const ran = await isthmus(["apply", "-f", meshWith(deadServer), "--yes"]);
  expect(ran.code).toBe(69);
  expect(ran.err).toContain("ISM306");
  expect((await isthmus(["status", "-f", meshFile()])).out).not.toContain("√");
});

it("says what was and was not done when it is interrupted", async () => {
  const running = startIsthmus(["apply", "-f", meshFile(), "--yes"]);
  await running.until((out) => /istio: control plane$/m.test(out));
  const ran = await running.end("SIGINT");
  expect(ran.code).toBe(130);
  expect(ran.out).toMatch(/ done: .*namespaces/);
  expect(ran.out).toMatch(/not done: .*routes/);
});

// Retried once, since one in a thousand true splits is called wrong by design.
it("converges after being killed at several moments", { retry: 1 }, async () => {
  for (const afterMs of [700, 1500, 4000]) {
    await isthmusKilled(["apply", "-f", meshFile(), "--yes"], "SIGKILL", afterMs);
  }
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(0);
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
  expect((await isthmus(["verify", "-f", meshFile()])).code).toBe(0);
});
