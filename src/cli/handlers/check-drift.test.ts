import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { signInToken, startFakeClusters } from "../testing/fake-clusters.ts";

/** A check looks twice where something is wrong, three seconds apart: long, on a machine with much else to do. */
const patience = 120_000;

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await world.run("apply --yes");
}, patience);

afterEach(async () => {
  await world.close();
});

interface Report {
  readonly ok: boolean;
  readonly causes: readonly {
    readonly code: string;
    readonly severity: string;
    readonly detail: string;
    readonly cluster?: string;
    readonly fix?: string;
    readonly commands?: readonly string[];
    readonly consequences: readonly { readonly code: string; readonly severity: string; readonly detail: string }[];
  }[];
  readonly results: readonly { readonly id: string; readonly state: string; readonly unseen?: readonly string[] }[];
}

const driftCodes = /^ISM(?:45[4-6]|751)$/;

/** What is said of drift; that the fakes have no gateways and proxies is another matter. */
async function drift(command = "check -o json"): Promise<Report> {
  const report = JSON.parse((await world.run(command)).out) as Report;
  return { ...report, causes: report.causes.filter((one) => driftCodes.test(one.code)) };
}

function find(cluster: string, kind: object, namespace: string, name: string): WireObject {
  const object = world.servers[cluster]?.store.find(kind as never, namespace, name);
  if (object === undefined) {
    throw new Error(`${cluster} has ${namespace}/${name}`);
  }
  return object;
}

const configMap = { apiVersion: "v1", kind: "ConfigMap" };
const edited = "2026-01-02T10:00:00Z";

/** Istio's ConfigMap of west with other content, and who wrote it. */
function edit(): void {
  const object = find("west", configMap, "istio-system", "istio");
  world.servers["west"]?.put({
    ...object,
    metadata: {
      ...object.metadata,
      managedFields: [
        {
          manager: "kubectl-edit",
          operation: "Update",
          time: edited,
          fieldsV1: { "f:data": { "f:mesh": {} } },
        },
      ],
    },
    data: { mesh: "meshId: prod\naccessLogFile: none" },
  });
}

describe("isthmus check", { timeout: patience }, () => {
  it("finds no drift right after an apply", async () => {
    const report = await drift();
    expect(report.causes).toEqual([]);
    const checks = report.results.filter((one) => one.id.startsWith("drift/"));
    expect(checks.map(({ id, state }) => `${id} ${state}`)).toEqual(checks.map(({ id }) => `${id} ok`));
    expect(checks.length).toBeGreaterThan(2);
  });

  it("names what somebody has changed, who, and the apply that puts it back", async () => {
    edit();
    const [cause, ...more] = (await drift()).causes;
    expect(more).toEqual([]);
    expect(cause).toMatchObject({ code: "ISM454", cluster: "west" });
    expect(cause?.detail).toContain(`ConfigMap istio-system/istio of west`);
    expect(cause?.detail).toContain(`kubectl-edit has changed it at ${edited} (data.mesh)`);
    expect(cause?.commands).toEqual(["isthmus apply --cluster west --force-conflicts=ConfigMap"]);
    const [command = ""] = cause?.commands ?? [];
    expect((await world.run(`${command.replace("isthmus ", "")} --yes`)).code).toBe(0);
    expect((await drift()).causes).toEqual([]);
  });

  it("names what somebody has deleted, and the apply that puts it back", async () => {
    world.servers["east"]?.store.remove(find("east", configMap, "istio-system", "istio"));
    const [cause, ...more] = (await drift()).causes;
    expect(more).toEqual([]);
    expect(cause).toMatchObject({ code: "ISM455", cluster: "east", commands: ["isthmus apply --cluster east"] });
    expect((await world.run("apply --cluster east --yes")).code).toBe(0);
    expect((await drift()).causes).toEqual([]);
  });

  it("names what no longer keeps persons with a version, deleted or changed", async () => {
    const istioctl = path.join(world.folder, "istioctl");
    await writeFile(istioctl, (await readFile(istioctl, "utf8")).replaceAll("1.27.3", "1.28.0"));
    await editMesh(world, (text) =>
      text
        .replace("version: 1.27.3", "version: 1.28.0")
        .replace(/weights:\n +v1: 100/, "weights: { v1: 90, v2: 10 }")
        .replace(
          /( +)versions:\n +v1:/,
          "$1sessions: { httpCookie: { name: person } }\n$1versions:\n$1  v2: { clusters: [west] }\n$1  v1:",
        ),
    );
    expect((await world.run("apply --yes")).code).toBe(0);
    const filter = { apiVersion: "networking.istio.io/v1alpha3", kind: "EnvoyFilter" };
    const sessions = "isthmus-sessions.sample.helloworld";
    const west = find("west", filter, "istio-system", sessions);
    world.servers["west"]?.put({ ...west, spec: { configPatches: [] } });
    world.servers["east"]?.store.remove(find("east", filter, "istio-system", sessions));
    const report = await drift();
    expect(report.causes.map(({ code, cluster }) => [code, cluster])).toEqual([
      ["ISM454", "west"],
      ["ISM455", "east"],
    ]);
    expect(report.causes.every(({ detail }) => detail.includes(`EnvoyFilter istio-system/${sessions}`))).toBe(true);
    expect((await world.run("apply --yes --force-conflicts")).code).toBe(0);
    expect((await drift()).causes).toEqual([]);
  });

  it("says of a mesh file that was not applied yet that it was not, as a warning", async () => {
    const file = path.join(world.folder, "mesh.yaml");
    await writeFile(file, (await readFile(file, "utf8")).replace("port: 5000", "port: 5001"));
    const manifests = path.join(world.folder, "helloworld.yaml");
    await writeFile(manifests, (await readFile(manifests, "utf8")).replace("port: 5000", "port: 5001"));
    const [cause, ...more] = (await drift()).causes;
    expect(more).toEqual([]);
    expect(cause).toMatchObject({ code: "ISM456", severity: "warning", commands: ["isthmus apply"] });
    expect(cause?.detail).toContain("west, east");
  });

  it("says of an apply that something stopped that it has not ended, and of no object that somebody has deleted it", async () => {
    const manifests = path.join(world.folder, "helloworld.yaml");
    const more = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n";
    await writeFile(manifests, `${await readFile(manifests, "utf8")}\n---\n${more}`);
    world.servers["west"]?.inject(
      { kind: "status", status: 403 },
      { times: 99, matches: ({ url, method }) => method === "PATCH" && /settings\?(?!.*dryRun)/.test(url) },
    );
    expect((await world.run("apply --yes")).code).not.toBe(0);
    // It follows from the missing node of the fakes, since an apply waits for pods.
    const { causes } = JSON.parse((await world.run("check -o json")).out) as Report;
    const told = causes.flatMap((cause) => [cause, ...cause.consequences]).filter(({ code }) => driftCodes.test(code));
    expect(told).toMatchObject([{ code: "ISM751", severity: "error" }]);
    expect(told[0]?.detail).toContain("west (not there or not yet as asked: ConfigMap sample/settings)");
    world.servers["west"]?.mend();
    expect((await world.run("apply --yes")).code).toBe(0);
    expect((await drift()).causes).toEqual([]);
  });

  it("says that nothing was compared where what is to be applied cannot be made, and goes on", async () => {
    await rm(path.join(world.folder, "helloworld.yaml"));
    const report = await drift();
    const [objects] = report.results.filter((one) => one.id === "drift/objects");
    expect(objects).toMatchObject({ state: "unknown" });
    expect(objects?.unseen?.[0]).toMatch(/west: ISM\d+ /);
    expect((await world.run("check")).out).toContain(
      "? nobody has changed or deleted what isthmus applied\n      not seen: west: ISM",
    );
  });

  it("carries the mesh file in its commands, and judges drift from kept facts all the same", async () => {
    edit();
    const other = path.join(world.folder, "other mesh.yaml");
    await writeFile(other, await readFile(path.join(world.folder, "mesh.yaml"), "utf8"));
    const live = JSON.parse(
      (await world.run("check -f 'other mesh.yaml' -o json --facts-to facts.json")).out,
    ) as Report;
    const kept = JSON.parse((await world.run("check --facts-from facts.json -o json")).out) as Report;
    const commands = kept.causes.filter((one) => one.code === "ISM454").flatMap((one) => one.commands ?? []);
    expect(commands).toEqual(["isthmus apply -f 'other mesh.yaml' --cluster west --force-conflicts=ConfigMap"]);
    expect(kept.causes).toEqual(live.causes);
  });

  it("compares objects again only in clusters where some differed, and those of all every other time", async () => {
    edit();
    const before = Object.values(world.servers).map(({ requests }) => requests.length);
    const asked = (index: number, part: string): number =>
      (Object.values(world.servers)[index]?.requests ?? [])
        .slice(before[index])
        .filter(({ url, headers }) => url.includes(part) && headers.authorization === `Bearer ${signInToken}`).length;
    const labelled = "/secrets?labelSelector=isthmus.dev%2Fmesh";
    await drift("check -o json");
    expect([asked(0, "/nodes?"), asked(0, labelled), asked(1, labelled)]).toEqual([2, 2, 1]);
    await drift("check --wait 6s -o json");
    const looks = asked(1, "/nodes?") - 2;
    expect(asked(0, labelled) - 2).toBe(looks);
    expect(asked(1, labelled) - 1).toBe(Math.ceil(looks / 2));
  });

  it("tries a credential once that was accepted", async () => {
    const [, east] = Object.values(world.servers);
    const before = east?.requests.length;
    await drift();
    const tries = east?.requests
      .slice(before)
      .filter(({ url, headers }) => /\/services\?/.test(url) && headers.authorization !== `Bearer ${signInToken}`);
    expect(tries).toHaveLength(1);
  });
});
