import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import { readMeshFile } from "../mesh-file.ts";
import type { ShiftCaller, ShiftPreview, ShiftRequest } from "./progressive-shift.ts";
import { shiftProgressively } from "./progressive-shift.ts";

let clusters: FakeClusters;
let file: string;

/** A mesh with v1 and v2 in one cluster, all requests to v1. */
beforeEach(async () => {
  clusters = await startFakeClusters(["west"], { living: true });
  file = path.join(clusters.folder, "mesh.yaml");
  await giveTwoVersions(clusters);
  await clusters.run("apply --yes");
});

afterEach(async () => {
  await clusters.close();
});

const toV2: ShiftRequest = {
  service: "helloworld",
  namespace: undefined,
  route: undefined,
  weights: { v1: 0, v2: 100 },
  step: 40,
  everyMs: 0,
  // Nothing runs behind these servers that could answer.
  force: true,
  proof: undefined,
  gate: undefined,
  rollback: false,
  partial: false,
};

describe("a shift in steps", () => {
  it("asks once, before the first of them, and writes file and clusters at each", async () => {
    const steps: string[] = [];
    const asked: ShiftPreview[] = [];
    const ended = await shift(toV2, {
      agree: async (preview) => {
        asked.push(preview);
        steps.push("asked");
        return true;
      },
      written: (_, { weights }, outcomes) =>
        steps.push(`${weights["v1"]}/${weights["v2"]} ${outcomes.map(({ state }) => state).join(" ")}`),
    });
    expect(ended).toBe("ok");
    expect(steps).toEqual(["asked", "67/33 shifted", "33/67 shifted", "0/100 shifted"]);
    const ways = [
      { v1: 67, v2: 33 },
      { v1: 33, v2: 67 },
      { v1: 0, v2: 100 },
    ];
    expect(asked).toMatchObject([{ steps: ways, changes: true }]);
    expect(await weightsOfFile()).toBe("{ v1: 0, v2: 100 }");
  });

  it("changes nothing when nobody agrees", async () => {
    const written: unknown[] = [];
    const ended = await shift(toV2, { agree: async () => false, written: (...step) => written.push(step) });
    expect(ended).toBe("failed");
    expect(written).toEqual([]);
    expect(await weightsOfFile()).toBe("{ v1: 100, v2: 0 }");
  });

  it("has nothing to ask about where the weights are there already", async () => {
    const asked: boolean[] = [];
    const agree = async ({ changes }: ShiftPreview): Promise<boolean> => {
      asked.push(changes);
      return true;
    };
    expect(await shift({ ...toV2, weights: { v1: 100, v2: 0 } }, { agree })).toBe("ok");
    expect(asked).toEqual([false]);
  });

  it("keeps what others write into the mesh file between two steps", async () => {
    await shift(toV2, {
      written: (_, { weights }) => {
        if (weights["v1"] === 67) {
          edits.push(readFile(file, "utf8").then(async (text) => writeFile(file, `# a remark of somebody\n${text}`)));
        }
      },
    });
    expect(await readFile(file, "utf8")).toMatch(/^# a remark of somebody\n/);
    expect(await weightsOfFile()).toBe("{ v1: 0, v2: 100 }");
  });
});

it("shifts the route that has weights where the first one redirects", async () => {
  const text = await readFile(file, "utf8");
  await writeFile(
    file,
    text.replace(
      /( +)routes:\n/,
      "$1routes:\n$1  - { name: old, gateway: front, hosts: [old.example], redirect: { authority: www.example } }\n",
    ),
  );
  await clusters.run("apply --yes");
  const shifted: string[] = [];
  expect(await shift({ ...toV2, step: undefined }, { written: ({ route }) => shifted.push(route.name) })).toBe("ok");
  expect(shifted).toEqual(["helloworld"]);
  expect(await weightsOfFile()).toBe("{ v1: 0, v2: 100 }");
});

it("refuses a route that is in no cluster in words, and a proof does not call it proven", async () => {
  const text = await readFile(file, "utf8");
  const regional =
    "- { name: west, gateway: helloworld-gateway, hosts: ['*'], match: { fromRegions: [eu] }, weights: { v1: 100, v2: 0 } }";
  await writeFile(
    file,
    text
      .replace("context: west", "context: west\n      region: eu")
      .replace(/( +)routes:\n/, `$1routes:\n$1  ${regional}\n`),
  );
  const refused = await clusters.run("shift helloworld v1=50 v2=50 --route helloworld --yes --force");
  expect([refused.code, refused.err.replaceAll(/\s+/g, " ")]).toEqual([
    1,
    expect.stringMatching(
      /ISM587.* Route helloworld \(sample\/helloworld\) is in no cluster: west takes.*--route west/,
    ),
  ]);
  const proven = await clusters.run("verify helloworld --route helloworld --no-probe-pod");
  expect([proven.code, proven.out, proven.err]).toEqual([
    3,
    expect.stringContaining("? 1 not proven"),
    expect.stringContaining("ISM587"),
  ]);
});

/** Edits of others that are under way; the next look at the mesh file comes after them. */
const edits: Promise<void>[] = [];

async function shift(request: ShiftRequest, caller: Partial<ShiftCaller>): ReturnType<typeof shiftProgressively> {
  return shiftProgressively(
    request,
    {
      readMesh: async () => {
        await Promise.all(edits.splice(0));
        return readMeshFile(file, clusters.folder);
      },
      agree: async () => true,
      written: () => {},
      proven: () => {},
      watched: () => {},
      report: () => {},
      ...caller,
    },
    await clusters.engineOptions(),
  );
}

async function weightsOfFile(): Promise<string | undefined> {
  return /weights: (.*)/.exec(await readFile(file, "utf8"))?.[1];
}
