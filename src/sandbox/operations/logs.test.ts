import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { planRecord, writeRecord } from "./instance-record.ts";
import type { LogsOptions } from "./logs.ts";
import { sandboxLogs } from "./logs.ts";
import { clusterDirectory, instanceFolder } from "./state-folder.ts";

let root: string;
let cluster: string;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "isthmus-"));
  env = { ISTHMUS_STATE_DIR: root };
  cluster = clusterDirectory(instanceFolder(env, "try"), "west");
  await writeRecord(env, planRecord("try", 3, [{ name: "west", region: "west", zone: "west-a" }], new Date(0)));
  await mkdir(path.join(cluster, "logs"), { recursive: true });
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function read(options: Partial<LogsOptions>): Promise<readonly string[]> {
  const lines: string[] = [];
  const wanted = {
    instance: "try",
    cluster: "west",
    component: "etcd",
    env,
    signal: new AbortController().signal,
    ...options,
  };
  for await (const line of sandboxLogs(wanted)) {
    lines.push(line);
  }
  return lines;
}

describe("sandboxLogs", () => {
  it("gives a component's log line by line", async () => {
    await writeFile(path.join(cluster, "logs", "etcd.log"), "one\ntwo\n\nfour\n");
    expect(await read({})).toEqual(["one", "two", "", "four"]);
  });

  it.each([
    [2, ["two", "three"]],
    [0, []],
    [9, ["one", "two", "three"]],
  ])("gives the last %i lines", async (tail, expected) => {
    await writeFile(path.join(cluster, "logs", "etcd.log"), "one\ntwo\nthree\n");
    expect(await read({ tail })).toEqual(expected);
  });

  it("is empty for a component that has not started", async () => {
    expect(await read({ component: "kubelet" })).toEqual([]);
  });

  it("follows new lines until it is told to stop, and cuts none in two", async () => {
    const file = path.join(cluster, "logs", "etcd.log");
    await writeFile(file, "one\n");
    const controller = new AbortController();
    const lines: string[] = [];
    for await (const line of sandboxLogs({
      instance: "try",
      cluster: "west",
      component: "etcd",
      follow: true,
      env,
      signal: controller.signal,
    })) {
      lines.push(line);
      if (line === "one") {
        await appendFile(file, "two\nthr");
      } else if (line === "two") {
        await appendFile(file, "ée\n");
      } else {
        controller.abort();
      }
    }
    expect(lines).toEqual(["one", "two", "thrée"]);
  });

  it("reads CoreDNS from its newest pod, without what the runtime puts before each line", async () => {
    const container = path.join(cluster, "pod-logs", "kube-system_coredns-5d_1234", "coredns");
    await mkdir(container, { recursive: true });
    await writeFile(path.join(container, "0.log"), "2026-01-01T00:00:00.1Z stdout F CoreDNS-1.15.0\n");
    expect(await read({ component: "coredns" })).toEqual(["CoreDNS-1.15.0"]);
  });

  it.each([
    ["sandbox", { instance: "other" }, "ISM740", /There are: try/],
    ["cluster", { cluster: "north" }, "ISM741", /Use one of: west/],
    ["component", { component: "nope" }, "ISM742", /Use one of: etcd, kube-apiserver/],
  ])("names the ones there are for an unknown %s", async (_, options, code, text) => {
    const caught: unknown = await read(options).catch((error: unknown) => error);
    expect(caught).toMatchObject({ diagnostics: [{ code }] });
    expect(JSON.stringify((caught as { readonly diagnostics: unknown }).diagnostics)).toMatch(text);
  });
});
