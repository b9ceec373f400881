import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { clusterFolder } from "./cluster-folder.ts";
import { renderPodNetwork } from "./component-files.ts";
import { preparePodNetwork } from "./prepare-pod-network.ts";

const podRange = "10.44.0.0/16";
let dir = "";

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-pod-network-"));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function prepare(engine: string): Promise<ReturnType<typeof clusterFolder>> {
  const folder = clusterFolder(path.join(dir, "west"));
  const plugins = path.join(dir, engine);
  await Promise.all([folder.cni, folder.cniPlugins, plugins].map(async (one) => mkdir(one, { recursive: true })));
  await writeFile(path.join(plugins, "ptp"), "");
  await preparePodNetwork(folder, { podRange, engine: { cniDir: plugins } });
  return folder;
}

const file = "10-sandbox.conflist";

it("links the engine's plugins, also those of another engine later, and leaves what istio-cni has put there", async () => {
  await prepare("engine-1");
  const { cniPlugins } = clusterFolder(path.join(dir, "west"));
  await writeFile(path.join(cniPlugins, "istio-cni"), "its own");
  await prepare("engine-2");
  expect(await readdir(cniPlugins)).toEqual(["istio-cni", "ptp"]);
  expect(await readlink(path.join(cniPlugins, "ptp"))).toBe(path.join(dir, "engine-2", "ptp"));
});

it("writes the configuration anew, unless istio-cni is chained to it", async () => {
  const folder = await prepare("engine");
  const plain = renderPodNetwork(folder, { podRange });
  expect(await readFile(path.join(folder.cni, file), "utf8")).toBe(plain);
  await writeFile(path.join(folder.cni, file), '{"plugins": [');
  await prepare("engine");
  expect(await readFile(path.join(folder.cni, file), "utf8")).toBe(plain);
  const chained = '{"plugins": [{"type": "ptp"}, {"type": "istio-cni"}]}';
  await writeFile(path.join(folder.cni, file), chained);
  await prepare("engine");
  expect(await readFile(path.join(folder.cni, file), "utf8")).toBe(chained);
});
