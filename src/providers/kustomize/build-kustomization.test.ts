import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { buildKustomization } from "./build-kustomization.ts";
import { findKustomize } from "./find-kustomize.ts";
import { findRemoteReferences, isRemote } from "./find-remote-references.ts";
import { installedKubectl } from "./testing/installed-kubectl.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "isthmus-kustomization-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

async function build(place = "app", env: NodeJS.ProcessEnv = process.env): Promise<string> {
  return buildKustomization(path.join(folder, place), {
    env,
    kubectlCandidates: env === process.env ? installedKubectl() : [],
    relativeTo: folder,
    signal: new AbortController().signal,
  });
}

async function refused(work: Promise<unknown>): Promise<readonly Diagnostic[]> {
  const error = await work.then(
    () => undefined,
    (one: unknown) => one,
  );
  return error instanceof UserError ? error.diagnostics : [];
}

const config = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { key: one }\n";
const found = await findKustomize({ env: process.env, kubectlCandidates: installedKubectl() });

// Needs the real program: kustomize or kubectl in PATH, or a sandbox engine in the cache.
describe.skipIf(found === undefined)("a kustomization, built by the real kustomize", () => {
  it("gives its objects with all that it changes in them", async () => {
    await write({
      "base/kustomization.yaml": "resources: [config.yaml]\n",
      "base/config.yaml": config,
      "app/kustomization.yaml":
        "resources: [../base]\nnamePrefix: my-\nnamespace: shop\nsecretGenerator:\n  - { name: s, literals: [password=one] }\n",
    });
    const objects = parseAllDocuments(await build()).map((one) => one.toJS() as { metadata: object });
    expect(objects.map((one) => one.metadata)).toEqual([
      { name: "my-a", namespace: "shop" },
      { name: expect.stringMatching(/^my-s-/), namespace: "shop" },
    ]);
  });

  it("says what kustomize says, with the folder as the mesh file's reader knows it", async () => {
    await write({ "app/kustomization.yaml": "resources: [missing.yaml]\n" });
    const [diagnostic] = await refused(build());
    expect(diagnostic).toMatchObject({ code: "ISM242" });
    expect(diagnostic?.detail).toMatch(/^app: .*missing\.yaml/s);
  });

  it.each([
    [{ "app/kustomization.yaml": "secretGenerator: [{ name: s, literals: [planted-secret] }]\n" }],
    [
      {
        "app/kustomization.yaml": "resources: [s.yaml]\npatches:\n  - { path: p.yaml }\n",
        "app/s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { a: planted-secret }\n",
        "app/p.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: other }\nstringData: { a: planted-secret }\n",
      },
    ],
  ])("is refused without the secrets that kustomize quotes: %j", async (files) => {
    await write(files);
    const [diagnostic] = await refused(build());
    expect(diagnostic?.code).toBe("ISM242");
    expect(JSON.stringify(diagnostic)).not.toContain("planted");
  });

  it("may not read a file outside of its folder", async () => {
    await write({ "app/kustomization.yaml": "resources: [../config.yaml]\n", "config.yaml": config });
    const [diagnostic] = await refused(build());
    expect(diagnostic?.code).toBe("ISM242");
    expect(diagnostic?.detail).toContain("not in or below");
  });

  it("runs no helm and no plugin", async () => {
    await write({ "app/kustomization.yaml": "helmCharts:\n  - { name: a, repo: 'https://charts.example' }\n" });
    const [diagnostic] = await refused(build());
    expect(diagnostic?.detail).toContain("--enable-helm");
  });
});

describe("a kustomization that refers to another machine", () => {
  it("is refused before anything runs, with every place", async () => {
    await write({
      "app/kustomization.yaml": "resources:\n  - ../base\n  - https://example.com/a.yaml\n",
      "base/kustomization.yml": "configMapGenerator:\n  - name: a\n    files: [key=https://example.com/b]\n",
    });
    const diagnostics = await refused(build("app", { PATH: "" }));
    expect(diagnostics.map((one) => [one.code, one.range?.file, one.range?.start])).toEqual([
      ["ISM241", "app/kustomization.yaml", { line: 3, column: 5 }],
      ["ISM241", "base/kustomization.yml", { line: 3, column: 13 }],
    ]);
    expect(diagnostics[1]?.detail).toContain("https://example.com/b would be fetched");
  });

  it.each([
    ["resources: ['https://example.com/a.yaml']", 1],
    ["resources: ['git@example.com:org/repo']", 1],
    ["resources: ['github.com/org/repo?ref=v1']", 1],
    ["bases: ['ssh://git@example.com/org/repo']", 1],
    ["components: ['git::https://example.com/repo']", 1],
    ["patches: [{ path: 'https://example.com/p.yaml' }]", 1],
    ["patchesStrategicMerge: ['https://example.com/p.yaml']", 1],
    ["openapi: { path: 'https://example.com/o.json' }", 1],
    ["x: &a https://example.com/a\nresources: [*a]", 1],
    ["resources: [a.yaml, ../base, ./c/d]", 0],
    ["patches: [{ patch: 'https://example.com', target: { name: 'https://example.com' } }]", 0],
    ["configMapGenerator: [{ name: a, literals: ['url=https://example.com'] }]", 0],
    ["commonAnnotations: { url: 'https://example.com' }", 0],
    ["resources: [", 0],
  ])("is known by its fields: %s", async (text, count) => {
    await write({ "kustomization.yaml": text });
    expect(await findRemoteReferences(folder, { relativeTo: folder })).toHaveLength(count);
  });

  it("is followed through its folders once, also when they go in a circle", async () => {
    await write({
      "a/kustomization.yaml": "resources: [../b, 'gh:org/repo']\n",
      "b/Kustomization": "resources: [../a]\n",
    });
    const references = await findRemoteReferences(path.join(folder, "a"), { relativeTo: folder });
    expect(references.map((one) => one.reference)).toEqual(["gh:org/repo"]);
  });

  it("is not meant by a local path", () => {
    expect(["a", "./a", "../a.yaml", "a.b/c", "/tmp/a", "a@b/c", "c:d"].filter(isRemote)).toEqual([]);
  });
});

describe("what builds kustomizations", () => {
  it("is kustomize in PATH, else kubectl there, else the engine's", async () => {
    const place = async (name: string): Promise<string> => {
      await write({ [name]: "" });
      await chmod(path.join(folder, name), 0o755);
      return path.join(folder, name);
    };
    const engines = await place("engine/kubectl");
    const find = async () =>
      findKustomize({ env: { PATH: `${folder}/one:${folder}/two` }, kubectlCandidates: [engines] });
    expect(await find()).toEqual({ file: engines, words: ["kustomize"] });
    const kubectl = await place("one/kubectl");
    expect(await find()).toEqual({ file: kubectl, words: ["kustomize"] });
    const kustomize = await place("two/kustomize");
    expect(await find()).toEqual({ file: kustomize, words: ["build"] });
  });

  it("is asked for when there is none", async () => {
    await write({ "app/kustomization.yaml": "resources: []\n" });
    expect((await refused(build("app", { PATH: folder }))).map((one) => one.code)).toEqual(["ISM240"]);
  });
});
