import { mkdir, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkedFiles, readEngine, writeManifest } from "./engine-manifest.ts";

const content = {
  key: "0123456789abcdef",
  images: {
    pause: "pause:1",
    coredns: "coredns:1",
    pilot: "pilot:1",
    proxyv2: "proxyv2:1",
    helloworld: "helloworld:1",
  },
  versions: { kubernetes: "1.36.3", istio: "1.31.0", envoy: "1.40.0", coredns: "1.15.0", etcd: "3.7.2" },
};

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-manifest-"));
  for (const file of checkedFiles) {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    await writeFile(path.join(dir, file), file);
  }
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

describe("an engine in the cache", () => {
  it("is complete once its manifest is written", async () => {
    expect(readEngine(dir, content.key)).toBeUndefined();
    await writeManifest(dir, content);
    expect(readEngine(dir, content.key)).toMatchObject({
      ...content,
      dir,
      programs: { runc: path.join(dir, "bin/runc") },
      chartsDir: path.join(dir, "charts"),
      cniDir: path.join(dir, "cni"),
      containerdRoot: path.join(dir, "containerd"),
    });
  });

  it("is not the one of other pins", async () => {
    await writeManifest(dir, content);
    expect(readEngine(dir, "fedcba9876543210")).toBeUndefined();
  });

  it.each(["bin/kubelet", "charts/istiod/Chart.yaml", "cni/ptp", "containerd/io.containerd.metadata.v1.bolt/meta.db"])(
    "is not complete without %s",
    async (file) => {
      await writeManifest(dir, content);
      await rm(path.join(dir, file));
      expect(readEngine(dir, content.key)).toBeUndefined();
    },
  );

  it("is not complete when a file was cut short", async () => {
    await writeManifest(dir, content);
    await truncate(path.join(dir, "bin/etcd"), 3);
    expect(readEngine(dir, content.key)).toBeUndefined();
  });

  it.each(["", "{", "{}", '{"key":"0123456789abcdef"}'])("is not complete with the manifest %j", async (text) => {
    await writeFile(path.join(dir, "engine.json"), text);
    expect(readEngine(dir, content.key)).toBeUndefined();
  });

  it("gets no manifest while a part is missing", async () => {
    await rm(path.join(dir, "bin/istioctl"));
    await expect(writeManifest(dir, content)).rejects.toThrow("istioctl");
  });
});
