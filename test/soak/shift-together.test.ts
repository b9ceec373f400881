import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { killNode, reviveNodes } from "../e2e/node-processes.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

let file = "";

beforeAll(async () => {
  file = writeMeshFile(freshFolder(), (text) => text);
  await apply();
}, 300_000);

afterAll(async () => {
  await reviveNodes();
  await scaleIstiod(1);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
}, 600_000);

async function apply(): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  expect(`${ran.code} ${ran.code === 0 ? "" : ran.err}`).toBe("0 ");
}

async function shift(...args: readonly string[]): ReturnType<typeof isthmus> {
  return isthmus(["shift", "helloworld", ...args, "-f", file, "--yes", "--no-verify", "--force"]);
}

/** The weights of v1: in the file, and in the VirtualService of each cluster. */
async function weightsOfV1(...clusters: readonly string[]): Promise<readonly string[]> {
  const weight = "jsonpath={.spec.http[0].route[?(@.destination.subset=='v1')].weight}";
  const get = ["-n", "sample", "get", "virtualservice", "helloworld", "-o", weight];
  const there = await Promise.all(clusters.map(async (cluster) => (await kubectl(cluster, get)).out));
  return [/weights: \{ v1: (\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "", ...there];
}

async function scaleIstiod(replicas: number): Promise<void> {
  const istio = ["-n", "istio-system"];
  await kubectl("east", [...istio, "scale", "deployment", "istiod", `--replicas=${replicas}`]);
  const wait =
    replicas === 0 ? ["wait", "pod", "-l", "app=istiod", "--for=delete"] : ["rollout", "status", "deployment/istiod"];
  await kubectl("east", [...istio, ...wait, "--timeout=120s"]);
}

it("takes the weights back everywhere where a cluster's gateways do not take them", async () => {
  await scaleIstiod(0);
  // Without istiod the API server refuses what its webhook cannot look at, already in the dry-run.
  await kubectl("east", ["delete", "validatingwebhookconfigurations", "-l", "app=istiod"]);
  const ran = await shift("v1=50", "v2=50");
  expect(ran.out).toContain("× east  helloworld v1=50 v2=50: written, and not obeyed by its gateways");
  expect(ran.err).toContain("error[ISM345]");
  expect(ran.code).toBe(1);
  expect(await weightsOfV1("west", "east")).toEqual(["10", "10", "10"]);
  await scaleIstiod(1);
  await apply();
}, 400_000);

it("changes nothing anywhere where a cluster is away, and the one that answers with --partial", async () => {
  await killNode("east");
  const refused = await shift("v1=50", "v2=50");
  expect(refused.err).toContain("error[ISM880]");
  expect(refused.code).toBe(69);
  expect(await weightsOfV1("west")).toEqual(["10", "10"]);
  const partial = await shift("v1=50", "v2=50", "--partial");
  expect(partial.code).toBe(4);
  expect(await weightsOfV1("west")).toEqual(["50", "50"]);
}, 400_000);

it("has check name the cluster that came back with the old weights, and apply bring it the new ones", async () => {
  await reviveNodes();
  expect(await weightsOfV1("west", "east")).toEqual(["50", "50", "10"]);
  const check = await isthmus(["check", "-f", file]);
  expect(check.out).toMatch(/east {2}VirtualService sample\/helloworld/);
  await apply();
  expect(await weightsOfV1("west", "east")).toEqual(["50", "50", "50"]);
}, 400_000);
