import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { expectAsBefore } from "./snapshot.ts";
import type { Ran } from "./world.ts";
import { freshFolder, isthmus, kubectl, meshFile } from "./world.ts";

/** A route of somebody else's. */
const route = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: { name: "theirs" },
  spec: { hosts: ["theirs.example"], http: [{ route: [{ destination: { host: "theirs.example" } }] }] },
};

async function west(...args: readonly string[]): Promise<Ran> {
  return kubectl("west", args);
}

// The mesh is gone at the end, and the file after this one starts without it. Without what is theirs the clusters are then as they were.
it("takes nothing of other people's away with a namespace or a definition, and leaves alone what is marked to be kept", async () => {
  expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
  await west("-n", "sample", "create", "configmap", "theirs", "--from-literal=a=b");
  await west("-n", "sample", "annotate", "service", "helloworld", "isthmus.dev/keep=true");
  const file = path.join(freshFolder(), "route.yaml");
  writeFileSync(file, stringify(route));
  await west("-n", "default", "create", "-f", file);
  const ran = await isthmus(["remove", "-f", meshFile(), "--yes"]);
  expect(ran.code).toBe(0);
  expect(ran.err).toContain("warning[ISM311] An object is kept");
  // Messages break their lines at blanks.
  const said = ran.err.replaceAll(/\s+/g, " ");
  expect(said).toContain("warning[ISM312] A namespace stays");
  expect(said).toContain("ConfigMap sample/theirs");
  expect(said).toContain("warning[ISM313] A definition stays");
  expect(said).toContain("VirtualService default/theirs");
  expect((await west("-n", "sample", "get", "configmap", "theirs", "-o", "name")).out).toContain("theirs");
  expect((await west("-n", "sample", "get", "service", "helloworld", "-o", "name")).out).toContain("helloworld");
  expect((await west("-n", "default", "get", "virtualservice", "theirs", "-o", "name")).out).toContain("theirs");
  expect((await west("get", "namespace", "sample", "-o", "yaml")).out).not.toContain("istio-injection");
  expect((await kubectl("east", ["get", "namespace", "sample"])).code).toBe(1);
  await west("delete", "crd", "virtualservices.networking.istio.io");
  await west("delete", "namespace", "sample");
  await expectAsBefore();
});
