import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

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

  it("of a folder are those in it, and what stands in subfolders is said to be no part of them", async () => {
    const folder = path.join(world.folder, "web");
    await mkdir(path.join(folder, "extra"), { recursive: true });
    await rename(path.join(world.folder, "helloworld.yaml"), path.join(folder, "helloworld.yaml"));
    await writeFile(path.join(folder, "extra", "more.yaml"), namespace("team: blue"));
    await editMesh(world, (text) => text.replace("manifests: helloworld.yaml", "manifests: web"));
    const { code, err } = await world.run("validate");
    expect([code, err.match(/(?:error|warning)\[ISM\d+\]/g)]).toEqual([0, ["warning[ISM865]"]]);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(/mesh\.yaml:\d+:\d+.*are not: folder \S*web\/extra\./);
  });

  it("are looked at by validate, with what the mesh file says of them, and refused by everything else alike", async () => {
    await writeFile(
      path.join(world.folder, "helloworld.yaml"),
      `apiVersion: v1
kind: Service
metadata: { name: helloworld }
spec: { selector: { app: helloworld }, ports: [{ port: 8080 }] }
---
apiVersion: v1
kind: Secret
metadata: { name: s }
stringData: { key: planted-secret, key: planted-secret }
`,
    );
    for (const command of ["validate", "plan", "apply --yes", "render"]) {
      const { code, err, out } = await world.run(command);
      expect([code, err.match(/(?:error|warning)\[ISM\d+\]/g)]).toEqual([65, ["error[ISM227]", "error[ISM229]"]]);
      expect(err).toContain("helloworld.yaml:1:1 error[ISM229]");
      expect(err + out).not.toContain("planted");
    }
    const { valid, diagnostics } = JSON.parse((await world.run("validate -o json")).out) as {
      readonly valid: boolean;
      readonly diagnostics: readonly { readonly code: string }[];
    };
    expect([valid, diagnostics.map(({ code }) => code)]).toEqual([false, ["ISM227", "ISM229"]]);
  });

  it("may have a Secret of texts, and what is none there is named with its line and not shown", async () => {
    const secret = "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData:\n  key: planted-secret\n";
    await add(`${secret}data:\n  more: cGxhbnRlZA==\n`);
    expect((await world.run("validate")).code).toBe(0);
    expect((await world.run("apply --yes")).code).toBe(0);
    await add(`${secret.replace("name: s", "name: t")}  pin: 4711\n`);
    const { code, err, out } = await world.run("validate");
    expect([code, err.match(/(?:error|warning)\[ISM\d+\]/g)]).toEqual([65, ["error[ISM534]"]]);
    expect(err).toContain("helloworld.yaml:24:8 error[ISM534]");
    expect(err).toContain('stringData["pin"] in Secret t is no text');
    expect(err + out).not.toMatch(/planted|4711/);
  });

  it("are warned of by every command that reads them", async () => {
    await add(
      "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: mine }\nspec: { host: helloworld }\n",
    );
    for (const command of ["validate", "plan", "render", "apply --yes", "export out"]) {
      const { code, err } = await world.run(command);
      expect([command, code, err.match(/warning\[ISM235\]/g)]).toEqual([command, 0, ["warning[ISM235]"]]);
    }
  });

  it("keep every digit of a number on its way to the cluster and back", async () => {
    await add(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: numbers }\nspec: { mode: 0400, large: 9007199254740993, list: [9223372036854775807] }\n",
    );
    expect((await world.run("render")).out).toContain(
      "spec:\n  mode: 256\n  large: 9007199254740993\n  list:\n    - 9223372036854775807\n",
    );
    expect((await world.run("render -o json")).out).toMatch(/"mode": 256,\s*"large": 9007199254740993,/);
    expect((await world.run("apply --yes")).code).toBe(0);
    const find = () => world.servers["west"]?.store.find({ apiVersion: "v1", kind: "ConfigMap" }, "sample", "numbers");
    expect(find()?.["spec"]).toEqual({ mode: 256, large: 9007199254740993n, list: [9223372036854775807n] });
    expect((await world.run("plan")).out).toContain("No changes.");
    const made = find() ?? expect.fail("no ConfigMap");
    world.servers["west"]?.put({ ...made, spec: { mode: 256, large: 9007199254740992, list: [9223372036854775807n] } });
    expect((await world.run("plan")).out).toContain("spec.large: 9007199254740992 → 9007199254740993");
  });
});
