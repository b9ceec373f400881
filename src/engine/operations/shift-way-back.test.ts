import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import type { SeenRequest } from "../../kube/fake/faults.ts";
import { readMeshFile } from "../mesh-file.ts";
import { shiftProgressively } from "./progressive-shift.ts";

let world: FakeClusters;

/** A mesh with v1 and v2 in two clusters, all requests to v1; nothing runs behind these servers that could answer. */
beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await giveTwoVersions(world);
  await world.run("apply --yes");
});

afterEach(async () => {
  await world.close();
});

const shift = "shift helloworld v1=0 v2=100 --yes --force --no-verify";

/** The weights of v1 in the mesh file, west and east. */
async function weightsOfV1(): Promise<readonly unknown[]> {
  const text = await readFile(path.join(world.folder, "mesh.yaml"), "utf8");
  const kind = { apiVersion: "networking.istio.io/v1", kind: "VirtualService" };
  const routes = ["west", "east"].map(
    (name) =>
      world.servers[name]?.store.find(kind, "sample", "helloworld") as unknown as {
        readonly spec: { readonly http: readonly [{ readonly route: readonly { readonly weight?: number }[] }] };
      },
  );
  return [Number(/weights: \{ v1: (\d+)/.exec(text)?.[1]), ...routes.map(({ spec }) => spec.http[0].route[0]?.weight)];
}

const isWrite = ({ method, url }: SeenRequest): boolean =>
  method === "PATCH" && url.includes("/virtualservices/") && !url.includes("dryRun");

const refusal = {
  kind: "status",
  status: 403,
  body: { kind: "Status", message: "the quota of writes is used up" },
} as const;

describe("a shift of two clusters", () => {
  it("changes none of them, and not the file, where one is away", async () => {
    await world.servers["east"]?.close();
    const ran = await world.run(shift);
    expect(ran.code).toBe(69);
    expect(ran.err).toContain("error[ISM880]");
    expect(ran.err).toContain("--partial");
    expect((await weightsOfV1()).slice(0, 2)).toEqual([100, 100]);
  });

  it("changes the one that answers with --partial, in steps as well, and says that it is not all", async () => {
    await world.servers["east"]?.close();
    const ran = await world.run(`${shift} --partial --step 50 --every 1ms`);
    expect(ran.code).toBe(4);
    expect(await weightsOfV1()).toEqual([0, 0, 100]);
  });

  it("takes the weights back where one cluster refuses them when they are written", async () => {
    world.servers["east"]?.inject(refusal, { times: 1, matches: isWrite });
    const ran = await world.run(shift);
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
      /error\[ISM345\].* With v1=0 v2=100 east did not take them\. .* every cluster have v1=100 v2=0/,
    );
    expect(await weightsOfV1()).toEqual([100, 100, 100]);
  });

  it("keeps the steps that all have taken", async () => {
    let writes = 0;
    const second = (request: SeenRequest): boolean => isWrite(request) && ++writes === 2;
    world.servers["east"]?.inject(refusal, { times: 1, matches: second });
    const ran = await world.run(`${shift} --step 50 --every 1ms`);
    expect(ran.code).toBe(1);
    expect(await weightsOfV1()).toEqual([50, 50, 50]);
  });

  it("goes back to the beginning from there with --rollback", async () => {
    let writes = 0;
    const second = (request: SeenRequest): boolean => isWrite(request) && ++writes === 2;
    world.servers["east"]?.inject(refusal, { times: 1, matches: second });
    expect(await shiftInSteps({ rollback: true })).toBe("failed");
    expect(await weightsOfV1()).toEqual([100, 100, 100]);
  });

  it("leaves both as they are with --partial where one refuses, and names the way back", async () => {
    world.servers["east"]?.inject(refusal, { times: 1, matches: isWrite });
    const ran = await world.run(`${shift} --partial`);
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("error[ISM344]");
    expect(await weightsOfV1()).toEqual([0, 0, 100]);
  });

  it("says so where the cluster does not take the old weights either, and the others have them", async () => {
    world.servers["east"]?.inject({ kind: "reset", done: true }, { times: 1, matches: isWrite });
    world.servers["east"]?.inject(refusal, { times: 9, matches: isWrite });
    const ran = await world.run(shift);
    expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
      /the mesh file and west have v1=100 v2=0 of route helloworld again, and .*: east did not/,
    );
    expect(ran.code).toBe(4);
    expect(await weightsOfV1()).toEqual([100, 100, 0]);
  });
});

describe("a shift whose second step meets a cluster that has gone", () => {
  it("stops where all are alike, and names the way back", async () => {
    const said: string[] = [];
    expect(await shiftInSteps({ rollback: false }, said, "east")).toBe("findings");
    expect(said).toEqual(expect.arrayContaining(["ISM880", "ISM344"]));
    expect(await weightsOfV1()).toEqual([50, 50, 50]);
  });

  it("takes the others back with --rollback, and says that one did not follow", async () => {
    const said: string[] = [];
    expect(await shiftInSteps({ rollback: true }, said, "east")).toBe("partlyApplied");
    expect(said).toEqual(expect.arrayContaining(["ISM880", "ISM344"]));
    expect(await weightsOfV1()).toEqual([100, 100, 50]);
  });
});

/** Without a proof, which could only fail here; `goes` is a cluster whose API server ends after the first step. */
async function shiftInSteps(
  { rollback }: { readonly rollback: boolean },
  said: string[] = [],
  goes?: string,
): ReturnType<typeof shiftProgressively> {
  const gone: Promise<void>[] = [];
  return shiftProgressively(
    {
      service: "helloworld",
      namespace: undefined,
      route: undefined,
      weights: { v1: 0, v2: 100 },
      step: 50,
      everyMs: 1,
      force: true,
      proof: undefined,
      gate: undefined,
      rollback,
      partial: false,
    },
    {
      readMesh: async () => {
        await Promise.all(gone);
        return readMeshFile("mesh.yaml", world.folder);
      },
      agree: async () => true,
      written: (_, { name }) => {
        const server = world.servers[goes ?? ""];
        if (name === "step-1" && server !== undefined) {
          gone.push(server.close());
        }
      },
      proven: () => {},
      watched: () => {},
      report: (diagnostics) => said.push(...diagnostics.map(({ code }) => code)),
    },
    await world.engineOptions(),
  );
}
