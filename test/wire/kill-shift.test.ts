import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { endpointSlices } from "../../src/cli/testing/fake-service.ts";
import type { KilledCommand } from "./kill-at-writes.ts";
import { countWrites, killAtEveryWrite } from "./kill-at-writes.ts";
import { buildProgram } from "./run-program.ts";

interface MeshOfTests {
  readonly spec: {
    readonly services: readonly [{ versions: object; readonly routes: readonly [{ weights: object }] }];
  };
}

interface Found {
  readonly code: string;
  readonly cluster?: string;
}

const there = "v1=0 v2=100";
const back = "v1=100 v2=0";

/** Nobody asks the gateways here: what is killed is the writing. */
const shiftTo = (weights: string, ...more: readonly string[]): string =>
  ["shift helloworld", weights, "--yes --no-verify --force", ...more].join(" ");

/** All requests to the first of two versions, in every cluster. */
async function applied(world: FakeClusters): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as MeshOfTests;
  const [service] = mesh.spec.services;
  const everywhere = { clusters: Object.keys(world.servers) };
  service.versions = { v1: everywhere, v2: everywhere };
  service.routes[0].weights = { v1: 100, v2: 0 };
  await writeFile(file, stringify(mesh));
  await run(world, "apply --yes");
}

async function run(world: FakeClusters, line: string): Promise<void> {
  const { code, err } = await world.run(line);
  expect([line, code, /error\[[\s\S]*/.exec(err)?.[0]]).toEqual([line, 0, undefined]);
}

/** What the mesh file asks for and what each cluster has, as on a command line. */
async function weightsOf(world: FakeClusters): Promise<Readonly<Record<string, string>>> {
  const mesh = parse(await readFile(path.join(world.folder, "mesh.yaml"), "utf8")) as MeshOfTests;
  const written = Object.entries(mesh.spec.services[0].routes[0].weights);
  const clusters = Object.entries(world.servers).map(([name, { store }]) => {
    const route = store.all().find(({ kind }) => kind === "VirtualService") as unknown as {
      readonly spec: { readonly http: readonly [{ readonly route: readonly { readonly weight: number }[] }] };
    };
    return [name, route.spec.http[0].route.map(({ weight }, index) => `v${index + 1}=${weight}`).join(" ")] as const;
  });
  return {
    file: written.map(([name, weight]) => `${name}=${String(weight)}`).join(" "),
    ...Object.fromEntries(clusters),
  };
}

/** A cluster that has other weights than the mesh file: `status` and `check` say so of each, and of no other one. */
async function expectTold(world: FakeClusters): Promise<void> {
  const { file, ...clusters } = await weightsOf(world);
  const differing = Object.keys(clusters).filter((name) => clusters[name] !== file);
  const status = await world.run("status");
  expect(differing.filter((name) => !status.out.includes(`‼ ${name}: not as the mesh file asks`))).toEqual([]);
  for (const [name, weights] of Object.entries(clusters)) {
    expect(status.out).toMatch(new RegExp(` ${name} +v1=0 v2=0 +helloworld: ${weights}\n`));
  }
  const check = await world.run("check -o json");
  const { causes } = JSON.parse(check.out) as { readonly causes: readonly (Found & { consequences: Found[] })[] };
  const findings = causes.flatMap((one) => [one, ...one.consequences]);
  const told = findings.flatMap(({ code, cluster = "" }) => (code === "ISM445" ? [cluster] : []));
  expect([...new Set(told)].toSorted()).toEqual(differing.toSorted());
}

/** Every other kill is followed by the way back; either is finished by one command. */
function wayOn(): KilledCommand["expectAfter"] {
  let kills = 0;
  return async (world) => {
    kills += 1;
    await expectTold(world);
    const wanted = kills % 2 === 0 ? back : there;
    await run(world, shiftTo(wanted));
    const all = await weightsOf(world);
    expect(new Set(Object.values(all))).toEqual(new Set([wanted]));
    await run(world, "plan --detailed-exitcode");
  };
}

beforeAll(() => {
  buildProgram();
});

describe.each([
  [2, ["west", "east"]],
  [3, ["west", "east", "north"]],
] as const)("a shift of two steps on %d clusters that is killed", (_count, names) => {
  it.each([
    ["before it takes effect", false],
    ["after it took effect and before its answer", true],
  ])(
    "leaves nothing that nobody tells, and goes on or back from every write on, when the kill comes %s",
    async (_when, done) => {
      const words = shiftTo(there, "--steps 50 --every 1ms").split(" ");
      const command = { prepare: applied, words, world: { kinds: [endpointSlices], names }, expectAfter: wayOn() };
      const writes = await countWrites(command);
      // In each step and cluster the Lease is taken and given back, and the route is written between.
      expect(writes).toBeGreaterThanOrEqual(2 * 3 * names.length);
      await killAtEveryWrite(command, writes, done);
    },
    900_000,
  );
});
