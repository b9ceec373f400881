import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
});

afterEach(async () => {
  await world.close();
});

it("finds kubeconfigs and manifests that a mesh file names by the home folder", async () => {
  const home = path.join(world.folder, "home");
  await mkdir(home);
  for (const name of ["kubeconfig", "helloworld.yaml"]) {
    await rename(path.join(world.folder, name), path.join(home, name));
  }
  const file = path.join(world.folder, "mesh.yaml");
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text
      .replaceAll(/^( +)context: (\w+)$/gm, "$1context: $2\n$1kubeconfig: ~/kubeconfig")
      .replace("manifests: helloworld.yaml", "manifests: ~/helloworld.yaml"),
  );
  const ran = await world.run("plan", { env: { ...world.env, HOME: home, KUBECONFIG: "/nowhere" } });
  expect(ran.err).not.toContain("error[");
  expect(ran.out).toContain("Deployment sample/helloworld-v1");
});
