import { afterAll, beforeAll, expect, it } from "vitest";
import { isthmus, startIsthmus, kubectl, meshFile } from "./world.ts";

interface Cluster {
  readonly cluster: string;
  readonly components: readonly { readonly name: string; readonly replicas: object }[];
  readonly remotesByPod: readonly { readonly pod: string; readonly clusters: object }[];
  readonly credentials: readonly object[];
  readonly proxies: readonly { readonly connected: number; readonly synced: number }[];
  readonly sync: { readonly inSync: boolean; readonly update: number };
}

beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  await isthmus(["check", "-f", meshFile(), "--wait", "1m"]);
});

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
});

async function statusNow(): Promise<readonly Cluster[]> {
  const ran = await isthmus(["status", "-f", meshFile(), "-o", "json"]);
  expect(ran.code).toBe(0);
  return (JSON.parse(ran.out) as { readonly clusters: readonly Cluster[] }).clusters;
}

async function setHosts(host: string): Promise<void> {
  const patch = JSON.stringify({ spec: { hosts: [host] } });
  const args = ["-n", "sample", "patch", "virtualservice", "helloworld", "--type=merge", `--patch=${patch}`];
  expect((await kubectl("east", args)).code).toBe(0);
}

it("tells of a healthy mesh what stands, what every istiod sees, and that it is in sync", async () => {
  const clusters = await statusNow();
  expect(clusters.map((one) => one.cluster)).toEqual(["west", "east"]);
  for (const one of clusters) {
    const other = one.cluster === "west" ? "east" : "west";
    expect(one.sync).toMatchObject({ inSync: true });
    expect(one.components.map(({ name, replicas }) => [name, replicas])).toEqual(
      ["istiod", "istio-ingressgateway", "istio-eastwestgateway"].map((name) => [name, { ready: 1, desired: 1 }]),
    );
    expect(one.remotesByPod).toEqual([
      { pod: expect.stringMatching(/^istiod-/) as string, clusters: { [other]: "synced" } },
    ]);
    expect(one.credentials).toEqual([{ cluster: other, token: "jwt" }]);
    expect(one.proxies[0]?.connected).toBeGreaterThan(1);
  }
  const wide = await isthmus(["status", "-f", meshFile(), "-o", "wide"]);
  expect(wide.out).toMatch(/^west +isthmus-e2e-west +\d+ +1\/1 +1\/1 +1\/1 +istiod-\S+ (\d+)\/\1 +\d{4}-\d\d-\d\d$/m);
  expect(wide.out).toMatch(/^east +west +istiod-\S+ √ +never$/m);
});

it("watches a change by hand come and go", async () => {
  const watching = startIsthmus(["status", "-f", meshFile(), "--interval", "1s", "-o", "json"]);
  await watching.until((out) => statesOfEast(out).length === 1);
  await setHosts("theirs.example");
  await watching.until((out) => statesOfEast(out).length === 2);
  await setHosts("*");
  await watching.until((out) => statesOfEast(out).length === 3);
  const { out, code } = await watching.end("SIGINT");
  expect(code).toBe(130);
  expect(statesOfEast(out)).toEqual(["in sync", "1 to change", "in sync"]);
});

/** Counts of proxies and endpoints may move in between, each of which is a line. */
function statesOfEast(out: string): readonly string[] {
  return out
    .split("\n")
    .slice(0, -1)
    .filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { readonly clusters: readonly Cluster[] }).clusters[1]?.sync)
    .map((sync) => (sync?.inSync === true ? "in sync" : `${sync?.update} to change`))
    .filter((one, index, all) => one !== all[index - 1]);
}
