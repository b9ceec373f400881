import { afterEach, expect, it } from "vitest";
import { isthmus, startIsthmus, kubectl, meshFile } from "./world.ts";

const lease = ["-n", "kube-system", "lease/isthmus-sandbox"] as const;

async function inCluster(cluster: string, args: readonly string[]): Promise<string> {
  const ran = await kubectl(cluster, args);
  expect(ran.err).toBe("");
  return ran.out;
}

async function holder(cluster: string): Promise<string> {
  return inCluster(cluster, ["get", ...lease, "-o", "jsonpath={.spec.holderIdentity}"]);
}

/** Makes the next apply have something to wait for, which takes seconds. */
async function deleteWorkload(): Promise<void> {
  await inCluster("west", ["delete", "deployment", "-n", "sample", "--all", "--wait=true"]);
}

/** As if somebody on another machine had renewed the Lease of west that many seconds ago. */
async function holdElsewhere(secondsAgo: number): Promise<void> {
  const at = new Date(Date.now() - secondsAgo * 1000).toISOString().replace("Z", "000Z");
  const patch = {
    metadata: { annotations: { "isthmus.dev/claim": "another", "isthmus.dev/process": null } },
    spec: { holderIdentity: "bo@elsewhere/9", acquireTime: at, renewTime: at },
  };
  await inCluster("west", ["patch", ...lease, "--type=merge", "-p", JSON.stringify(patch)]);
}

afterEach(async () => {
  await inCluster("west", ["patch", ...lease, "--type=merge", "-p", '{"spec":{"holderIdentity":""}}']);
});

it("lets one of two applies that start together work, and tells the other who it is", async () => {
  await deleteWorkload();
  const both = await Promise.all([1, 2].map(async () => isthmus(["apply", "-f", meshFile(), "--yes"])));
  const [won, other] = both.toSorted((a, b) => a.code - b.code);
  expect([won?.code, other?.code]).toEqual([0, 75]);
  expect(won?.out).toContain("all ready");
  expect(other?.err).toMatch(/ISM308[\s\S]*@\S+\/\d+ \(isthmus apply\) holds mesh sandbox on cluster east since 2\d+-/);
  expect(other?.err).not.toContain("ISM300");
  expect([await holder("west"), await holder("east")]).toEqual(["", ""]);
});

it("gives its Leases back when it is interrupted", async () => {
  await deleteWorkload();
  const running = startIsthmus(["apply", "-f", meshFile(), "--yes", "-o", "jsonl"]);
  await running.until((out) => out.includes('"note":"waiting for Deployment'));
  const ran = await running.end("SIGINT");
  expect(ran.code).toBe(130);
  expect([await holder("west"), await holder("east")]).toEqual(["", ""]);
});

it("takes over at once from one that was killed on this machine", async () => {
  await deleteWorkload();
  const running = startIsthmus(["apply", "-f", meshFile(), "--yes", "-o", "jsonl"]);
  await running.until((out) => out.includes('"note":"waiting for Deployment'));
  await running.end("SIGKILL");
  expect(await holder("west")).toMatch(/@.+\/\d+$/);
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.err).not.toContain("ISM308");
  expect(ran.code).toBe(0);
});

it("waits for one on another machine until its Lease has expired", async () => {
  await holdElsewhere(0);
  for (const command of [["apply"], ["remove"], ["shift", "helloworld", "v1=50", "v2=50"]]) {
    const refused = await isthmus([...command, "-f", meshFile(), "--yes"]);
    expect(refused.code).toBe(75);
    expect(refused.err).toContain("bo@elsewhere/9");
  }
  await holdElsewhere(31);
  const ran = await isthmus(["apply", "-f", meshFile(), "--yes"]);
  expect(ran.err).toContain("making sure that bo@elsewhere/9 is gone");
  expect(ran.code).toBe(0);
});
