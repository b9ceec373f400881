import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"]);
});

afterEach(async () => {
  await world.close();
});

async function edit(name: string, change: (text: string) => string): Promise<void> {
  const file = path.join(world.folder, name);
  await writeFile(file, change(await readFile(file, "utf8")));
}

function urlOf(name: string): string {
  return world.servers[name]?.url ?? "";
}

const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

function writes(): readonly string[] {
  return Object.values(world.servers).flatMap((server) =>
    server.requests.filter(({ method }) => method !== "GET").map(({ method, url }) => `${method} ${url}`),
  );
}

describe("two clusters of the mesh file that are one", () => {
  it.each(["plan", "apply --yes", "verify", "check"])("are an error of %s at one address", async (command) => {
    await edit("kubeconfig", (text) => text.replace(urlOf("east"), `${urlOf("west")}/`));
    const ran = await world.run(command);
    expect(ran.code).toBe(65);
    expect(flat(ran.err)).toContain(
      `west and east of the mesh file are the same cluster: the contexts west of ${world.folder}/kubeconfig and east of`,
    );
    expect(ran.err).toContain("ISM515");
    expect(ran.err).toMatch(/mesh\.yaml:\d+:\d+/);
    expect(writes()).toEqual([]);
  });

  it.each(["plan", "apply --yes", "verify", "check"])("are an error of %s at two addresses", async (command) => {
    for (const server of Object.values(world.servers)) {
      server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: "0000-1111" } });
    }
    const ran = await world.run(command);
    expect(ran.code).toBe(65);
    expect(flat(ran.err)).toContain(
      "are two addresses of one cluster: its namespace kube-system has the UID 0000-1111",
    );
    expect(writes()).toEqual([]);
  });
});

describe("an address that only this machine can use", () => {
  it("is told of before anything is written, with the field that mends it", async () => {
    const ran = await world.run("plan");
    expect(ran.err).toContain("ISM516");
    expect(flat(ran.err)).toContain("Set `endpoint` of east in the mesh file");
    await edit("mesh.yaml", (text) =>
      text.replaceAll(/context: (west|east)/g, "context: $1\n      endpoint: https://$1.example:6443"),
    );
    expect((await world.run("plan")).err).not.toContain("ISM516");
  });

  it("is refused as an endpoint, which is for the others", async () => {
    await edit("mesh.yaml", (text) =>
      text.replaceAll(/context: (west|east)/g, "context: $1\n      endpoint: https://localhost:6443"),
    );
    const ran = await world.run("plan");
    expect(ran.code).toBe(65);
    expect(ran.err).toContain("ISM526");
  });

  it("is no matter for a mesh of one cluster", async () => {
    const alone = await startFakeClusters(["west"]);
    try {
      expect((await alone.run("plan")).err).not.toContain("ISM516");
    } finally {
      await alone.close();
    }
  });
});

describe("a kubeconfig that verifies nothing", () => {
  it("is told of, since the remote secrets do verify", async () => {
    await edit("kubeconfig", (text) =>
      text.replace("server: http", "insecure-skip-tls-verify: true\n      server: http"),
    );
    const ran = await world.run("plan");
    expect(ran.err).toContain("ISM517");
    expect(flat(ran.err)).toContain("certificate-authority-data");
  });
});
