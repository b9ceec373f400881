import { beforeAll, expect, it } from "vitest";
import { allObjects, isthmus, kubectl, meshFile } from "../e2e/world.ts";

// What `--cluster` does by tokens of Rancher is in test/rancher/52-one-cluster; this is by service accounts.
beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

it("takes one cluster down and leaves the other's objects as they are", async () => {
  const before = await allObjects("west");
  const ran = await isthmus(["remove", "-f", meshFile(), "--cluster", "east", "--yes"]);
  expect(ran.code).toBe(0);
  expect((await kubectl("east", ["get", "namespace", "istio-system"])).code).toBe(1);
  expect((await allObjects("west")).filter((name) => name.startsWith("secret/"))).toEqual(
    before.filter((name) => name.startsWith("secret/")),
  );
  const istiod = await kubectl("west", ["-n", "istio-system", "get", "deploy", "istiod", "-o", "name"]);
  expect(istiod).toMatchObject({ code: 0 });
});

it("brings it up again alone, joined to the one outside the scope", async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--cluster", "east", "--yes"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  const secrets = await kubectl("east", ["-n", "istio-system", "get", "secrets", "-o", "name"]);
  expect(secrets.out).toContain("istio-remote-secret-west");
  // East's reader account is new, and so is the credential that the others need of it.
  expect((await isthmus(["apply", "-f", meshFile(), "--cluster", "west", "--yes"])).code).toBe(0);
  expect((await isthmus(["verify", "-f", meshFile()])).code).toBe(0);
});
