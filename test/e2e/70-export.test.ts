import { execFile } from "node:child_process";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { keepCacerts, keptCacerts } from "./cacerts.ts";
import type { Ran } from "./world.ts";
import { enginesPrograms, freshFolder, isthmus, kubectl, meshFile, sandboxKubeconfig } from "./world.ts";

const into = freshFolder();
// What follows tries faults on the mesh that kubectl has made and an apply has taken over.
afterAll(() => rmSync(into, { recursive: true }));

interface PlanDocument {
  readonly clusters: readonly {
    readonly name: string;
    readonly objects: readonly {
      readonly action: string;
      readonly kind: string;
      readonly name: string;
      readonly fields: readonly { readonly path: string }[];
    }[];
  }[];
}

/** Runs shell lines in the export's folder, with the engine's kubectl and istioctl, as somebody who reads the README does. */
async function shell(lines: string): Promise<Ran> {
  const programs = enginesPrograms();
  const kubeconfig = sandboxKubeconfig();
  return new Promise((resolve) => {
    execFile(
      "sh",
      ["-euc", lines],
      {
        cwd: into,
        env: { ...process.env, PATH: `${programs}:${process.env["PATH"] ?? ""}`, KUBECONFIG: kubeconfig },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, out, err) => resolve({ code: error === null ? 0 : 1, out, err }),
    );
  });
}

/** The shell block below a heading of the README. */
function block(heading: string): string {
  const text = readFileSync(path.join(into, "README.md"), "utf8");
  const [, lines] = new RegExp(`^### ${heading}[^]*?^\`\`\`sh\\n([^]*?)^\`\`\``, "m").exec(text) ?? [];
  if (lines === undefined) {
    throw new Error(`the README has a block below ${heading}`);
  }
  return lines;
}

/** The mesh is gone with the file before, which has kept what is not exported; also when this one runs alone. */
async function removeMesh(): Promise<void> {
  if (keptCacerts("west") === undefined) {
    expect((await isthmus(["apply", "-f", meshFile(), "--yes"])).code).toBe(0);
    await keepCacerts();
  }
  expect((await isthmus(["remove", "-f", meshFile(), "--yes"])).code).toBe(0);
}

it("builds the mesh from exported files, with kubectl alone and as the README says", { timeout: 600_000 }, async () => {
  await removeMesh();
  const exported = await isthmus(["export", "--format", "yaml", into, "-f", meshFile()]);
  expect(exported.out).toContain("4 Secrets left out");
  const steps = readdirSync(path.join(into, "west")).toSorted();
  for (const step of [...steps, "03-cacerts", "07-join"].toSorted()) {
    if (step === "03-cacerts") {
      for (const cluster of ["west", "east"]) {
        const ran = await kubectl(cluster, ["apply", "--server-side", "-f", keptCacerts(cluster) ?? ""]);
        expect(ran).toMatchObject({ code: 0 });
      }
      continue;
    }
    const ran = await shell(step === "07-join" ? block("istio-remote-secret-NAME") : block(step));
    expect({ step, ...ran }).toMatchObject({ code: 0 });
  }
});

it("leaves nothing for a plan to change but the Secrets that were left out", async () => {
  const ran = await isthmus(["plan", "-f", meshFile(), "-o", "json"]);
  expect(ran).toMatchObject({ code: 0, err: "" });
  const plan = JSON.parse(ran.out) as PlanDocument;
  expect(plan.clusters.map((one) => one.name)).toEqual(["west", "east"]);
  for (const { objects } of plan.clusters) {
    expect(objects.length).toBeGreaterThan(50);
    const changed = objects.filter((one) => one.action !== "none");
    // istioctl writes the kubeconfig in the remote secrets otherwise than isthmus does, and cacerts lacks the label.
    expect(changed.map((one) => `${one.kind} ${one.name}`).toSorted()).toEqual([
      "Secret cacerts",
      expect.stringMatching(/^Secret istio-remote-secret-(west|east)$/),
    ]);
    expect(changed.find((one) => one.name === "cacerts")?.fields.map((field) => field.path)).toEqual([
      "metadata.labels",
    ]);
  }
});

it("is taken over by an apply, which then owns what kubectl made", async () => {
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran).toMatchObject({ code: 0 });
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
  expect((await isthmus(["status", "-f", meshFile()])).code).toBe(0);
});

it("writes kustomizations of the same objects in the same order", async () => {
  const folder = freshFolder();
  expect((await isthmus(["export", "--format", "kustomize", folder, "-f", meshFile()])).code).toBe(0);
  for (const cluster of ["west", "east"]) {
    const built = await kubectl(cluster, ["kustomize", path.join(folder, cluster)]);
    const files = readdirSync(path.join(into, cluster), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map((one) => path.join(one.parentPath, one.name))
      .toSorted();
    expect(parseAllDocuments(built.out).map((one) => one.toJS() as object)).toEqual(
      files.map((file) => parse(readFileSync(file, "utf8")) as object),
    );
  }
  rmSync(folder, { recursive: true });
});

it("writes the same files again, and refuses to lose an edit", async () => {
  const again = await isthmus(["export", into, "-f", meshFile()]);
  expect(again.out).toContain("0 files written");
  writeFileSync(path.join(into, "README.md"), "edited\n");
  const refused = await isthmus(["export", into, "-f", meshFile()]);
  expect(refused.code).toBe(64);
  expect(refused.err).toContain("ISM232");
  expect(readFileSync(path.join(into, "README.md"), "utf8")).toBe("edited\n");
});
