import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { expectNoAlarm } from "../faults/mesh.ts";
import { freshFolder, isthmus } from "../e2e/world.ts";
import type { FlatCluster } from "./flat-world.ts";
import { flatClusters, flatInstance, kubectl, passAgain, swallow, writeFlatMesh } from "./flat-world.ts";

let file: string;
let west: FlatCluster;
let east: FlatCluster;
let north: FlatCluster;

beforeAll(async () => {
  file = writeFlatMesh(freshFolder());
  [west, east, north] = (await flatClusters()) as [FlatCluster, FlatCluster, FlatCluster];
});

afterAll(async () => {
  await passAgain("west", east);
  await isthmus(["remove", "-f", file, "--yes"]);
});

/** `10.45.` of 10.45.0.0/16. */
function beginning({ podRange }: FlatCluster): string {
  return podRange.replace("0.0/16", "");
}

/** The endpoints of v2 that the ingress of a cluster has, as address:port. */
async function endpointsAt(cluster: string): Promise<readonly string[]> {
  const explained = await isthmus(["route", "explain", "helloworld", "-f", file, "--cluster", cluster, "-o", "json"]);
  return [...explained.out.matchAll(/"(\d+(?:\.\d+){3}:\d+)"/g)].flatMap(([, address = ""]) => address);
}

/** Sends requests to the ingress of a cluster; how many v2 has answered. */
async function answered(cluster: string, requests: number): Promise<number> {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const address = await kubectl(cluster, [...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
  const all = await Promise.all(
    Array.from({ length: requests }, async () =>
      fetch(`http://${address}/hello`, { signal: AbortSignal.timeout(25_000) }).then(
        async (answer) => ((await answer.text()).includes("version: v2") ? 1 : 0),
        () => 0,
      ),
    ),
  );
  return all.reduce<number>((sum, one) => sum + one, 0);
}

async function checked(): Promise<readonly string[]> {
  const found = await isthmus(["check", "-f", file, "-o", "json"]);
  const { causes } = JSON.parse(found.out) as {
    readonly causes: readonly {
      readonly severity: string;
      readonly code: string;
      readonly cluster?: string;
      readonly remote?: string;
    }[];
  };
  return causes.map(({ severity, code, cluster, remote }) => [severity, code, cluster, remote].join(" ").trim());
}

it("has two clusters whose pods have addresses of their own, and keeps them", async () => {
  expect([west.flat, east.flat, north.flat]).toEqual([true, true, false]);
  expect(new Set([west.podRange, east.podRange, north.podRange]).size).toBe(3);
  const again = await isthmus(["sandbox", "up", "--instance", flatInstance]);
  expect(again.out).toContain(`in west (${west.podRange}), east (${east.podRange})`);
  const other = await isthmus(["sandbox", "up", "--instance", flatInstance, "--names", "west,east,north", "--flat"]);
  expect(other.err).toContain("ISM733");
});

it("joins two clusters by their pods and the third by gateways", async () => {
  const applied = await isthmus(["apply", "-f", file, "--yes"]);
  expect(applied.code).toBe(0);
  expect((await isthmus(["verify", "-f", file])).code).toBe(0);
  expect(await checked()).toEqual([]);
  await expectNoAlarm(file);
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  expect((await endpointsAt("west")).filter((one) => one.startsWith(beginning(east)))).toHaveLength(1);
  expect((await endpointsAt("east")).filter((one) => one.startsWith(beginning(west)))).toHaveLength(1);
  const fromNorth = await endpointsAt("north");
  expect(fromNorth.length).toBeGreaterThan(0);
  expect(fromNorth.filter((one) => !one.endsWith(":15443"))).toEqual([]);
});

it("names pods of the shared network that are not reached, and is content when they are again", async () => {
  await swallow("west", east);
  const rollout = ["-n", "istio-system", "rollout"];
  // A proxy that has reached these pods before cannot tell, so west's begin anew.
  await kubectl("west", [...rollout, "restart", "deploy/istio-ingressgateway"]);
  await kubectl("west", [...rollout, "status", "deploy/istio-ingressgateway", "--timeout=120s"]);
  await vi.waitFor(async () => {
    await answered("west", 12);
    expect(await checked()).toEqual(["error ISM771 west east"]);
  }, 120_000);
  await passAgain("west", east);
  await vi.waitFor(async () => {
    expect(await answered("west", 40)).toBeGreaterThan(0);
    expect(await checked()).toEqual([]);
  }, 60_000);
});

it("leaves nothing behind", async () => {
  expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
  for (const cluster of ["west", "east", "north"]) {
    const left = await kubectl(cluster, ["get", "namespaces,customresourcedefinitions,clusterroles", "-o", "name"]);
    expect(left.split("\n").filter((name) => /istio|isthmus|sample/.test(name))).toEqual([]);
  }
});
