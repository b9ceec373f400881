import { afterAll, expect, it } from "vitest";
import { failures, loadDuring } from "./steady-load.ts";
import type { Ran } from "./world.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "./world.ts";

/** The standing mesh with both versions in both clusters. */
const file = { name: "" };

afterAll(async () => {
  // Where a test above has failed something may still be drained.
  await isthmus(["undrain", "east", "-f", file.name, "--yes", "--force"]);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

async function ingressOf(cluster: string): Promise<string> {
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  return (await kubectl(cluster, ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath])).out;
}

/** Runs the command while both ingresses are asked; every request of them has to be answered. */
async function underLoad(args: readonly string[]): Promise<Ran> {
  const running: Promise<Ran>[] = [];
  const command = async (): Promise<Ran> => {
    running[0] ??= isthmus(args);
    return running[0];
  };
  const figures = await Promise.all(
    ["west", "east"].map(async (cluster) => {
      const address = await ingressOf(cluster);
      const found = await loadDuring({ address, hosts: ["shop.example"], perSecond: 50 }, command, 4);
      return { cluster, figures: found["shop.example"] };
    }),
  );
  for (const { cluster, figures: one } of figures) {
    const { sent = 0, answered = {} } = one ?? {};
    const good = Object.values(answered).reduce((sum, count) => sum + count, 0);
    expect({ cluster, failed: one === undefined ? sent : failures(one), lost: sent - good }).toEqual({
      cluster,
      failed: 0,
      lost: 0,
    });
    expect(sent).toBeGreaterThan(150);
  }
  return command();
}

it("starts from a mesh with both versions in both clusters", async () => {
  file.name = writeMeshFile(freshFolder(), (text) =>
    text
      .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
      .replace("v2: { clusters: [east] }", "v2: { clusters: [west, east] }"),
  );
  expect((await isthmus(["apply", "-f", file.name, "--yes", "--prune", "--force-conflicts"])).code).toBe(0);
});

it("takes east out of traffic at both ingresses without a lost request, until its pods are idle", async () => {
  const drained = await underLoad(["drain", "east", "-f", file.name, "--yes"]);
  expect([drained.code, drained.out]).toEqual([0, expect.stringContaining("2 pods are idle")]);
});

it("asks elsewhere from inside east too, by a pod that is newer than the drain, and keeps it in every apply", async () => {
  await kubectl("east", ["-n", "sample", "rollout", "restart", "deployment", "helloworld-v1"]);
  await kubectl("east", ["-n", "sample", "rollout", "status", "deployment", "helloworld-v1", "--timeout=60s"]);
  const applied = await isthmus(["apply", "-f", file.name, "--yes", "--prune"]);
  const planned = await isthmus(["plan", "-f", file.name, "--detailed-exitcode"]);
  expect([applied.code, planned.code]).toEqual([0, 0]);
  const ask = "for i in 1 2 3 4 5 6 7 8; do wget -qO- http://helloworld:5000/hello; done";
  const exec = ["-n", "sample", "exec", "deployment/helloworld-v1", "-c", "helloworld", "--", "sh", "-c", ask];
  const inside = await kubectl("east", exec);
  const pods = await kubectl("west", ["-n", "sample", "get", "pods", "-o", "jsonpath={.items[*].metadata.name}"]);
  const answered = [...inside.out.matchAll(/instance: (\S+)/g)].map(([, pod]) => pod);
  expect(answered).toHaveLength(8);
  expect(answered.filter((pod) => !pods.out.split(" ").includes(pod ?? ""))).toEqual([]);
});

it("is shown by status and check, and by nothing as a fault", async () => {
  const [status, checked] = await Promise.all([
    isthmus(["status", "-f", file.name]),
    isthmus(["check", "-f", file.name, "--wait", "1m"]),
  ]);
  expect(status.out).toContain("‼ east: out of traffic since");
  expect([checked.code, checked.out + checked.err]).toEqual([0, expect.stringContaining("ISM610")]);
});

it("puts it back without a lost request, and leaves nothing behind", async () => {
  const back = await underLoad(["undrain", "east", "-f", file.name, "--yes"]);
  expect([back.code, back.out]).toEqual([0, expect.stringContaining("√ west  callers there are back at east")]);
  expect((await isthmus(["plan", "-f", file.name, "--detailed-exitcode"])).code).toBe(0);
  const left = await kubectl("west", ["get", "peerauthentications", "-A", "-o", "name"]);
  expect(left.out).toBe("");
});
