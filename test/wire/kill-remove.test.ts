import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import type { SeenRequest } from "../../src/kube/fake/faults.ts";
import type { ObjectId, Outcome } from "./comparable-store.ts";
import { keyOf, keyOfId, outcomeOf } from "./comparable-store.ts";
import { inFreshWorld } from "./fresh-world.ts";
import type { KilledCommand } from "./kill-at-writes.ts";
import { countWrites, killAtEveryWrite, killAtWrite } from "./kill-at-writes.ts";
import type { EventLine } from "../../src/cli/testing/event-lines.ts";
import { buildProgram } from "./run-program.ts";

interface MeshText {
  spec: { clusters: { name: string }[]; services: { versions: { v1: { clusters: string[] } } }[] };
}

beforeAll(buildProgram);

async function apply(world: FakeClusters): Promise<void> {
  const ran = await world.run("apply --yes");
  expect(ran.code).toBe(0);
}

/** An applied mesh whose file has east no more, and no route. */
async function applyAndShrink(world: FakeClusters): Promise<void> {
  await apply(world);
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as MeshText;
  mesh.spec.clusters = mesh.spec.clusters.filter(({ name }) => name !== "east");
  mesh.spec.services = [];
  await writeFile(file, stringify(mesh));
}

/** Nothing that was told as deleted is there. */
function expectDeleted(world: FakeClusters, lines: readonly EventLine[]): void {
  for (const line of lines.filter(({ event }) => event === "object.deleted")) {
    const there = world.servers[String(line["cluster"])]?.store.all().map(keyOf);
    expect(there).not.toContain(keyOfId(line["object"] as ObjectId));
  }
}

const removal: KilledCommand = {
  prepare: apply,
  words: ["remove", "--yes"],
  expectAfter: async (world, lines) => {
    expectDeleted(world, lines);
    const again = await world.run("remove --yes");
    expect(again.err).not.toMatch(/(?:error|warning)\[/);
    expect(again.code).toBe(0);
    expect(outcomeOf(world)).toEqual({ west: {}, east: {} });
  },
};

describe("a removal that is killed and run again", () => {
  it("leaves nothing, from every write on", async () => {
    const writes = await countWrites(removal);
    expect(writes).toBeGreaterThan(30);
    await killAtEveryWrite(removal, writes, true);
  }, 900_000);

  it("leaves nothing while the pods of what it deleted are still there", async () => {
    const isIstiod = ({ method, url }: SeenRequest): boolean =>
      method === "DELETE" && url.includes("/deployments/istiod");
    await killAtWrite(removal, isIstiod, { done: true, called: "istiod's Deployment", reactionMs: 500 });
  });
});

describe("an apply --prune that is killed and run again", () => {
  it("takes away the rest, from every write on", async () => {
    const words = ["apply", "--yes", "--prune"];
    const wanted = await inFreshWorld(async (world): Promise<Outcome> => {
      await applyAndShrink(world);
      const ran = await world.run(words.join(" "));
      expect(ran.code).toBe(0);
      return outcomeOf(world);
    });
    expect(Object.keys(wanted["west"] ?? {})).not.toContain("Secret/istio-system/istio-remote-secret-east");
    const writes = await countWrites({ prepare: applyAndShrink, words });
    expect(writes).toBeGreaterThan(5);
    const expectAfter = async (world: FakeClusters, lines: readonly EventLine[]): Promise<void> => {
      expectDeleted(world, lines);
      const again = await world.run(words.join(" "));
      expect(again.err).not.toContain("error[");
      expect(again.code).toBe(0);
      expect(outcomeOf(world)).toEqual(wanted);
      expect((await world.run("plan --prune --detailed-exitcode")).code).toBe(0);
    };
    await killAtEveryWrite({ prepare: applyAndShrink, words, expectAfter }, writes, true);
  }, 900_000);
});
