import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { freshFolder, isthmus } from "../e2e/world.ts";
import type { CheckReport, FoundCause } from "../faults/mesh.ts";
import { addressesOf, doorKubectl, frontDoorWorld, writeDoorMesh, type FrontDoorWorld } from "./front-door-world.ts";

const clusters = ["west", "east"] as const;
const zone = "example.test";
/** The zone's own name beside one in it, both by external-dns. */
const routes = [`ext.${zone}`, zone].map((host, index) => ({
  name: `ext-${index}`,
  gateway: "ext",
  hosts: [host],
  match: { exact: "/hello" },
  dns: { via: "externalDns" },
  weights: { v1: 50, v2: 50 },
}));

let world: FrontDoorWorld;
let file = "";
let flags: readonly string[] = [];

beforeAll(prepare);

async function prepare(): Promise<void> {
  world = await frontDoorWorld();
  file = writeDoorMesh(world, freshFolder(), { issuers: [], routes });
  // How long names are kept is left to external-dns, which has a least time of its own here.
  const mesh = parse(readFileSync(file, "utf8")) as { readonly spec: { readonly dns: { ttl?: string } } };
  delete mesh.spec.dns.ttl;
  writeFileSync(file, stringify(mesh));
  flags = await flagsOf("west");
  expect(await flagsOf("east")).toEqual(flags);
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
  for (const { hosts } of routes) {
    await vi.waitFor(async () => expect(await addressesOf(world, hosts[0] ?? "")).toHaveLength(2), {
      timeout: 180_000,
      interval: 1000,
    });
  }
  await untilCauses([]);
}

afterEach(async () => {
  for (const cluster of clusters) {
    await start(cluster, flags);
  }
});

async function flagsOf(cluster: string): Promise<readonly string[]> {
  const at = ["-n", "external-dns", "get", "deployment", "external-dns", "-o", "json"];
  const { spec } = JSON.parse(await doorKubectl(world, cluster, at)) as {
    readonly spec: { readonly template: { readonly spec: { readonly containers: readonly { args: string[] }[] } } };
  };
  return spec.template.spec.containers[0]?.args ?? [];
}

/** Starts a cluster's external-dns with these flags. */
async function start(cluster: string, args: readonly string[]): Promise<void> {
  const value = [{ op: "replace", path: "/spec/template/spec/containers/0/args", value: args }];
  const patch = ["patch", "deployment", "external-dns", "--type=json", "-p", JSON.stringify(value)];
  await doorKubectl(world, cluster, ["-n", "external-dns", ...patch]);
}

async function untilStarted(cluster: string): Promise<void> {
  const wait = ["rollout", "status", "deployment/external-dns", "--timeout=180s"];
  await doorKubectl(world, cluster, ["-n", "external-dns", ...wait]);
}

function without(args: readonly string[], flag: string): readonly string[] {
  return args.filter((one) => !one.startsWith(`${flag}=`) && one !== flag);
}

function given(args: readonly string[], ...more: readonly string[]): readonly string[] {
  return more.reduce((all, one) => [...without(all, one.split("=")[0] ?? ""), one], args);
}

async function untilCauses(codes: readonly string[]): Promise<readonly FoundCause[]> {
  return vi.waitFor(
    async () => {
      const { causes } = JSON.parse((await isthmus(["check", "-f", file, "-o", "json"])).out) as CheckReport;
      expect(causes.map(({ code, cluster }) => `${code} ${cluster ?? ""}`)).toEqual(codes);
      return causes;
    },
    { timeout: 180_000, interval: 1000 },
  );
}

interface Fault {
  readonly name: string;
  /** Each with its cluster; the first one's fix is tried. */
  readonly causes: readonly string[];
  readonly broken: (args: readonly string[]) => readonly string[];
  /** Flags that the printed fix has, for every cluster. */
  readonly mend: readonly string[];
}

const faults: readonly Fault[] = [
  {
    name: "that has another owner than the other cluster's",
    causes: ["ISM452 east"],
    broken: (args) => given(args, "--txt-owner-id=west"),
    mend: ["--txt-owner-id=sandbox", "--policy=upsert-only"],
  },
  {
    name: "that deletes what another cluster alone has",
    causes: ["ISM522 west"],
    broken: (args) => given(args, "--policy=sync"),
    mend: ["--policy=upsert-only"],
  },
  {
    name: "that changes no name which is there",
    causes: ["ISM523 west"],
    broken: (args) => given(args, "--policy=create-only"),
    mend: ["--policy=upsert-only"],
  },
  {
    name: "without a policy",
    causes: ["ISM524 west"],
    broken: (args) => without(args, "--policy"),
    mend: ["--policy=upsert-only"],
  },
  {
    name: "that notes the owner of the zone's own name outside of the zone",
    causes: ["ISM668 west", "ISM452 east"],
    broken: (args) => given(args, "--txt-prefix=%{record_type}-"),
    mend: ["--txt-prefix=%{record_type}."],
  },
  {
    name: "that has names kept for no time",
    causes: ["ISM669 west"],
    broken: (args) => without(args, "--rfc2136-min-ttl"),
    mend: ["--rfc2136-min-ttl=60s"],
  },
  {
    name: "that looks for annotations elsewhere",
    causes: ["ISM774 west"],
    broken: (args) => given(args, "--annotation-prefix=dns.example.org/"),
    mend: ["--enable-legacy-annotation-prefix"],
  },
];

describe("an external-dns of one cluster", () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))(
    "%s is named, and goes on with the flags that the fix has",
    async (_name, { causes, broken, mend }) => {
      await start("west", broken(flags));
      const [found] = await untilCauses(causes);
      for (const flag of mend) {
        expect(found?.fix).toContain(flag);
      }
      for (const cluster of clusters) {
        await start(cluster, given(await flagsOf(cluster), ...mend));
        await untilStarted(cluster);
      }
      await untilCauses([]);
    },
  );

  it("does not start without a policy, as the check says", async () => {
    await start("west", without(flags, "--policy"));
    await vi.waitFor(
      async () => {
        const logs = await doorKubectl(world, "west", [
          "-n",
          "external-dns",
          "logs",
          "--selector=app.kubernetes.io/name=external-dns",
          "--tail=20",
          "--ignore-errors",
        ]);
        expect(logs).toContain("--policy must be set explicitly");
      },
      { timeout: 180_000, interval: 1000 },
    );
    await start("west", flags);
    await untilStarted("west");
  });
});
