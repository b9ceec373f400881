import { afterAll, beforeAll, expect, it } from "vitest";
import { keepCacerts } from "./cacerts.ts";
import type { Ran } from "./world.ts";
import { isthmus, kubectl, meshFile } from "./world.ts";

async function west(...args: readonly string[]): Promise<Ran> {
  return kubectl("west", args);
}

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

afterAll(async () => {
  await west("-n", "sample", "delete", "service", "helloworld", "--ignore-not-found");
  await west("delete", "namespace", "sample", "--ignore-not-found");
});

it("leaves alone what another tool has applied, and what belongs to another mesh", async () => {
  await west("create", "namespace", "sample");
  await west("-n", "sample", "create", "service", "clusterip", "helloworld", "--tcp=5000", "--field-manager=theirs");
  await west("-n", "sample", "label", "service", "helloworld", "isthmus.dev/mesh=other");
  const ran = await isthmus(["plan", "-f", meshFile()]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("error[ISM315]");
  expect(ran.err).toContain("Service sample/helloworld: it belongs to mesh other (label isthmus.dev/mesh)");
  await west("-n", "sample", "label", "service", "helloworld", "isthmus.dev/mesh-");
  await west("-n", "sample", "annotate", "service", "helloworld", "meta.helm.sh/release-name=theirs");
  expect((await isthmus(["plan", "-f", meshFile()])).err).toContain(
    "Service sample/helloworld: Helm's release theirs has made it",
  );
  await west("-n", "sample", "annotate", "service", "helloworld", "meta.helm.sh/release-name-");
});

it("refuses every object with never", async () => {
  const ran = await isthmus(["plan", "-f", meshFile(), "--adopt", "never"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("Service sample/helloworld: written by theirs");
  expect(ran.err).toContain("Namespace sample: written by");
});

it("adopts what nobody claims, and gives it back", async () => {
  const args = ["-f", meshFile(), "--force-conflicts"];
  const plan = await isthmus(["plan", ...args]);
  expect(plan).toMatchObject({ code: 0, err: "" });
  expect(plan.out).toContain("Service sample/helloworld  (taken over: existed before)");
  expect((await isthmus(["apply", ...args, "--yes"])).code).toBe(0);
  expect((await isthmus(["plan", "-f", meshFile(), "--adopt", "never", "--detailed-exitcode"])).code).toBe(0);
});

it("says who changed what a plan changes back, and what somebody has deleted", async () => {
  const patch = JSON.stringify({ spec: { hosts: ["theirs.example"] } });
  const changed = ["-n", "sample", "patch", "virtualservice", "helloworld", "--type=merge", `--patch=${patch}`];
  expect((await west(...changed, "--field-manager=by-hand")).code).toBe(0);
  expect((await kubectl("east", ["-n", "sample", "delete", "service", "helloworld"])).code).toBe(0);
  const ran = await isthmus(["plan", "-f", meshFile(), "--force-conflicts"]);
  expect(ran.out).toMatch(/spec\.hosts\[0\]: "theirs\.example" → .* {2}# changed by by-hand at \d{4}-/);
  expect(ran.out).toContain("+ Service sample/helloworld  (somebody deleted it)");
  expect((await isthmus(["apply", "-f", meshFile(), "--force-conflicts", "--yes"])).code).toBe(0);
});

// The mesh is gone at the end, and the file after this one starts without it.
it("leaves what it has adopted when the mesh is removed", async () => {
  await keepCacerts();
  expect((await isthmus(["remove", "-f", meshFile(), "--yes"])).code).toBe(0);
  const left = await west("-n", "sample", "get", "service", "helloworld", "-o", "yaml");
  expect(left.code).toBe(0);
  expect(left.out).not.toContain("isthmus.dev/mesh");
});
