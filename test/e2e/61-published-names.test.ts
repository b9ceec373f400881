import { afterAll, beforeAll, expect, it } from "vitest";
import { addressesOf, resolved, startDns, statusAt, stopDns, writePublished } from "./published-name.ts";
import { isthmus } from "./world.ts";

let file = "";

beforeAll(startDns, 300_000);

afterAll(async () => stopDns(file));

it("is published by an apply with the ingress of both clusters, which both answer for it", async () => {
  file = writePublished();
  expect((await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"])).code).toBe(0);
  expect(await resolved()).toEqual(await addressesOf("west", "east"));
  expect(await Promise.all((await resolved()).map(statusAt))).toEqual([200, 200]);
  const status = await isthmus(["dns", "status", "-f", file]);
  expect([status.code, status.out]).toEqual([0, expect.stringMatching(/app\.example\.test +west +\S+ +√ +√ +serves/)]);
});

it("loses a drained cluster, which still answers, and has it again after undrain", async () => {
  expect((await isthmus(["drain", "east", "-f", file, "--yes"])).code).toBe(0);
  expect(await resolved()).toEqual(await addressesOf("west"));
  expect(await statusAt((await addressesOf("east"))[0] ?? "")).toBe(200);
  expect((await isthmus(["undrain", "east", "-f", file, "--yes"])).code).toBe(0);
  expect(await resolved()).toEqual(await addressesOf("west", "east"));
});
