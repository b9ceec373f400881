import { Buffer } from "node:buffer";
import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { appliedPassword, signInToken, startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
});

afterEach(async () => {
  await world.close();
});

function find(kind: string, name: string): WireObject | undefined {
  return world.servers["west"]?.store.find({ apiVersion: "v1", kind }, "istio-system", name);
}

/** Changes an object as somebody else would. */
function edit(kind: "ConfigMap" | "Secret", name: string, change: Readonly<Record<string, unknown>>): void {
  world.servers["west"]?.put({
    apiVersion: "v1",
    kind,
    metadata: {
      name,
      namespace: "istio-system",
      managedFields: [
        { manager: "isthmus", operation: "Apply", time: "2026-01-01T10:00:00Z" },
        { manager: "kubectl-edit", operation: "Update", time: "2026-01-02T10:00:00Z" },
        { manager: "a-controller", operation: "Update", time: "2026-01-03T10:00:00Z", subresource: "status" },
      ],
    },
    ...change,
  });
}

/** An applied mesh in which west's ConfigMap was changed, and the plan that changes it back. */
async function planRepair(): Promise<void> {
  expect((await world.run("apply --yes")).err).not.toContain("error[");
  edit("ConfigMap", "istio", { data: { mesh: "by hand" } });
  const ran = await world.run("plan --out prod.plan");
  expect(ran.out).toContain("~ ConfigMap istio-system/istio");
}

/** How many writes of the mesh's own objects the clusters have seen. */
function writes(): number {
  const all = Object.values(world.servers).flatMap((server) => server.requests);
  return all.filter(({ method, url }) => method !== "GET" && !url.includes("dryRun") && !url.includes("/leases"))
    .length;
}

describe("plan --out", () => {
  it("writes what would be done, for its owner only and without a value of any Secret", async () => {
    await planRepair();
    const file = path.join(world.folder, "prod.plan");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, "utf8");
    expect(JSON.parse(text)).toMatchObject({
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "SavedPlan",
      mesh: "prod",
      meshFile: { path: path.join(world.folder, "mesh.yaml") },
      options: { prune: false, forceConflicts: false, adopt: "unowned" },
    });
    const { data } = find("Secret", "cacerts") as WireObject & { readonly data: Readonly<Record<string, string>> };
    const key = data["ca-key.pem"] ?? "";
    expect(key.length).toBeGreaterThan(100);
    for (const secret of [key, signInToken, appliedPassword, Buffer.from(appliedPassword).toString("base64")]) {
      expect(text).not.toContain(secret);
    }
  });

  it("says when it cannot be written, and leaves nothing", async () => {
    const ran = await world.run("plan --out no/such/folder/prod.plan");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("error[ISM065]");
  });
});

describe("apply PLAN", () => {
  it("does the plan", async () => {
    await planRepair();
    const ran = await world.run("apply prod.plan --yes");
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("1 applied");
    expect(find("ConfigMap", "istio")?.["data"]).toEqual({ mesh: "meshId: prod" });
  });

  it("does a plan of a mesh that does not exist yet", async () => {
    await world.run("plan --out prod.plan");
    const ran = await world.run("apply prod.plan --yes");
    expect(ran.code).toBe(0);
    expect((await world.run("apply prod.plan --yes")).code).toBe(75);
  });

  it("passes over what moved without changing what would be done", async () => {
    await planRepair();
    const object = find("Secret", "pull") as WireObject;
    const data = { ...(object["data"] as object), another: "b3RoZXI=" };
    world.servers["west"]?.put({ ...object, data, status: { seen: true } });
    expect((await world.run("apply prod.plan --yes")).code).toBe(0);
  });

  const refusals: readonly (readonly [string, () => Promise<void> | void, RegExp])[] = [
    [
      "the mesh file has changed",
      async () => appendFile(path.join(world.folder, "mesh.yaml"), "# a remark\n"),
      /The mesh file \S+mesh\.yaml is not as it was when the plan was made \(2\d{3}-/,
    ],
    [
      "an object of the plan has changed again",
      () => edit("ConfigMap", "istio", { data: { mesh: "by another hand" } }),
      /ConfigMap istio-system\/istio on west has changed since \(resourceVersion \d+, now \d+\), written last by kubectl-edit at 2026-01-02T10:00:00Z\. Nothing/,
    ],
    [
      "an object has changed that was as asked",
      () => edit("Secret", "pull", { data: { password: "YnkgaGFuZA==" } }),
      /Secret istio-system\/pull on west has changed since .*kubectl-edit/,
    ],
    [
      "an object is gone",
      () => {
        const object = find("ConfigMap", "istio");
        if (object !== undefined) {
          world.servers["west"]?.store.remove(object);
        }
      },
      /ConfigMap istio-system\/istio on west was there when the plan was made, and is gone/,
    ],
    [
      "Istio's own manifests have changed",
      async () => {
        const program = path.join(world.folder, "istioctl");
        await writeFile(
          program,
          (await readFile(program, "utf8")).replace("name: pull,", "name: pull, labels: { a: b },"),
        );
      },
      /Secret istio-system\/pull on west has changed since/,
    ],
  ];

  it.each(refusals)("refuses with 75 and changes nothing when %s", async (_sentence, move, words) => {
    await planRepair();
    await move();
    const before = writes();
    const ran = await world.run("apply prod.plan --yes", { env: { XDG_CACHE_HOME: path.join(world.folder, "fresh") } });
    expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(words);
    expect(ran.err).toContain("error[ISM309]");
    expect(ran.code).toBe(75);
    expect(writes()).toBe(before);
  });

  it("takes neither another kind of file nor options that the plan decides", async () => {
    await planRepair();
    const [none, mesh, options] = await Promise.all([
      world.run("apply none.plan --yes"),
      world.run("apply mesh.yaml --yes"),
      world.run("apply prod.plan --prune --force-conflicts --yes"),
    ]);
    expect([none.code, mesh.code, options.code]).toEqual([64, 64, 64]);
    expect(none.err).toContain("error[ISM064]");
    expect(mesh.err).toContain("A mesh file is named with -f");
    expect(options.err).toContain("isthmus plan --prune --force-conflicts --out prod.plan");
  });
});
