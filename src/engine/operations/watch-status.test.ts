import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import { readMeshFile } from "../mesh-file.ts";
import { watchStatus } from "./watch-status.ts";

let clusters: FakeClusters;
let file: string;

beforeEach(async () => {
  clusters = await startFakeClusters(["west"]);
  file = path.join(clusters.folder, "mesh.yaml");
});

afterEach(async () => {
  await clusters.close();
});

async function watch(signal = new AbortController().signal): Promise<ReturnType<typeof watchStatus>> {
  const options = { ...(await clusters.engineOptions()), signal, intervalMs: 1 };
  return watchStatus(async () => readMeshFile(file, clusters.folder), options);
}

it("a mesh file that is wrong for a moment is a look like any other", async () => {
  const good = await readFile(file, "utf8");
  const looks = await watch();
  expect((await looks.next()).value).toMatchObject({ kind: "status", mesh: "prod", diagnostics: [] });
  await writeFile(file, "kind: Nothing\n");
  const wrong = await looks.next();
  expect(wrong.value).toMatchObject({ kind: "problem" });
  expect(wrong.value.diagnostics.length).toBeGreaterThan(0);
  await writeFile(file, good);
  expect((await looks.next()).value).toMatchObject({ kind: "status", mesh: "prod" });
});

it("a mesh file that is wrong from the beginning is thrown", async () => {
  await writeFile(file, "kind: Nothing\n");
  await expect((await watch()).next()).rejects.toMatchObject({ exitCode: 65 });
});

it("a cluster that does not answer is in the look with its diagnosis, and ends nothing", async () => {
  await clusters.servers["west"]?.close();
  const looks = await watch();
  for (let look = 0; look < 2; look += 1) {
    const { value } = await looks.next();
    expect(value).toMatchObject({ kind: "status", clusters: [{ kind: "unreachable", cluster: "west" }] });
    expect(value.diagnostics).toHaveLength(1);
  }
});

it("ends with the signal's reason", async () => {
  const stop = new AbortController();
  const looks = await watch(stop.signal);
  await looks.next();
  stop.abort(new Error("enough"));
  await expect(looks.next()).rejects.toMatchObject({ name: "AbortError", cause: new Error("enough") });
});
