import { appendFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "./testing/fake-clusters.ts";
import { startFakeClusters } from "./testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await world.close();
});

/** One more document in the manifests of helloworld, which have 10 lines. */
const add = (text: string): Promise<void> => appendFile(path.join(world.folder, "helloworld.yaml"), `---\n${text}`);

const namespace = (label: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: sample, labels: { ${label} } }\n`;

describe("a service's manifests beside the mesh file", () => {
  it("bring the labels of their Namespace along, and the plan says where from", async () => {
    await add(namespace("team: blue"));
    expect((await world.run("plan")).out).toContain("    + Namespace sample  (merged with helloworld.yaml:11:1)\n");
    const { clusters } = JSON.parse((await world.run("plan -o json")).out) as {
      readonly clusters: readonly { readonly objects: readonly { readonly name: string }[] }[];
    };
    expect(clusters[0]?.objects.find(({ name }) => name === "sample")).toMatchObject({
      kind: "Namespace",
      mergedFrom: ["helloworld.yaml:11:1"],
    });
    expect((await world.run("render")).out).toContain(
      "# cluster west, wave namespaces, merged with helloworld.yaml:11:1\n",
    );
    expect((await world.run("apply --yes")).code).toBe(0);
    const made = world.servers["east"]?.store.find({ apiVersion: "v1", kind: "Namespace" }, undefined, "sample");
    expect(made?.metadata["labels"]).toEqual({
      "istio-injection": "enabled",
      "isthmus.dev/mesh": "prod",
      team: "blue",
    });
  });

  it("are refused before anything is asked when they and the mesh file make one object", async () => {
    await add(
      "apiVersion: networking.istio.io/v1beta1\nkind: VirtualService\nmetadata: { name: helloworld }\nspec: {}\n",
    );
    await add(namespace("istio-injection: disabled"));
    for (const command of ["render", "plan", "apply --yes"]) {
      const { code, err } = await world.run(command);
      expect([code, err.match(/error\[ISM\d+\]/g)]).toEqual([65, ["error[ISM226]", "error[ISM225]"]]);
      expect(err).toMatch(/helloworld\.yaml:11:1/);
      expect(err.replaceAll(/\s+/g, " ")).toMatch(/for route helloworld of service helloworld \(mesh\.yaml:\d+:\d+\)/);
    }
    expect(world.servers["west"]?.store.find({ apiVersion: "v1", kind: "Namespace" }, undefined, "sample")).toBe(
      undefined,
    );
  });
});
