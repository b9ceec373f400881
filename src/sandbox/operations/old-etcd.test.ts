import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import type { NodeConfig } from "../cluster/node-config.ts";
import { writeNodeConfig } from "../cluster/node-config.ts";
import type { EngineParts } from "../engine/parts.ts";
import { opensData, refuseOldData } from "./old-etcd.ts";
import { clusterDirectory } from "./state-folder.ts";

describe("an etcd", () => {
  it.each([
    ["3.7.2", "3.7.0", true],
    ["3.7.2", "3.6.5", true],
    ["3.7.2", "3.5.21", false],
    ["3.7.2", "3.4", false],
    ["3.6.0", "3.7.2", false],
    ["4.0.0", "3.7.2", false],
  ])("%s opens what %s has written: %s", (etcd, writtenBy, expected) => {
    expect(opensData(etcd, writtenBy)).toBe(expected);
  });
});

describe("a sandbox that is started again", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  function node(cluster: string, etcd: string | undefined): NodeConfig {
    const versions = { kubernetes: "1.36.3", istio: "1.31.0", envoy: "1.40.0", coredns: "1.15.0" };
    const engine = { versions: etcd === undefined ? versions : { ...versions, etcd } } as EngineParts;
    return { version: 1, role: "node", instance: "try", cluster, engine } as NodeConfig;
  }

  /** A cluster's folder as a run with that etcd left it. */
  async function left(cluster: string, etcd: string | undefined, hasData = true): Promise<void> {
    const dir = clusterDirectory(folder, cluster);
    await mkdir(path.join(clusterFolder(dir).etcd, ...(hasData ? ["member"] : [])), { recursive: true });
    await writeNodeConfig(dir, node(cluster, etcd));
  }

  it("is refused with data of Debian's etcd, all clusters at once", async () => {
    await left("west", undefined);
    await left("east", undefined);
    await left("north", "3.7.2");
    const error = await refuseOldData(
      folder,
      ["west", "east", "north"].map((cluster) => node(cluster, "3.7.2")),
    ).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    const [diagnostic] = (error as UserError).diagnostics;
    expect(diagnostic?.code).toBe("ISM721");
    expect(diagnostic?.detail).toBe(
      'What west, east of the sandbox "try" hold was written by etcd 3.4, which etcd 3.7.2 of the present engine cannot open. Nothing was started or changed.',
    );
    expect(diagnostic?.fix).toContain("isthmus sandbox down --instance try");
  });

  it("starts with data of its own etcd, without data, and new", async () => {
    await left("west", "3.7.0");
    await left("east", undefined, false);
    await expect(
      refuseOldData(
        folder,
        ["west", "east", "new"].map((cluster) => node(cluster, "3.7.2")),
      ),
    ).resolves.toBeUndefined();
  });
});
