import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { answerPod } from "../testing/fake-control-plane.ts";

let world: FakeClusters;

/** The first release with which such routes were tried, in the mesh file and of the renderer. */
async function useTriedIstio(): Promise<void> {
  for (const name of ["istioctl", "mesh.yaml"]) {
    const file = path.join(world.folder, name);
    await writeFile(file, (await readFile(file, "utf8")).replaceAll("1.27.3", "1.31.0"));
  }
}

/** Two clusters with both versions of a service whose route is an HTTPRoute. */
beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await useTriedIstio();
  await editMesh(world, (text) =>
    text
      .replace(
        / {8}v1:\n {10}clusters:\n(?: {12}- \w+\n)+/,
        "        v1: { clusters: [west, east] }\n        v2: { clusters: [west, east] }\n",
      )
      .replace(/weights:\n +v1: 100/, "api: gatewayAPI\n          weights: { v1: 90, v2: 10 }"),
  );
});

afterEach(async () => {
  await world.close();
});

/** The objects of kinds of a cluster that decide where requests go, as `kind namespace/name`. */
function routing(cluster: string): readonly string[] {
  const kinds = ["HTTPRoute", "VirtualService", "DestinationRule", "Service", "Gateway"];
  return (world.servers[cluster]?.store.all() ?? [])
    .filter(({ kind, metadata }) => kinds.includes(kind) && metadata.name !== "cross-network-gateway")
    .map(({ apiVersion, kind, metadata }) => `${apiVersion} ${kind} ${metadata.namespace ?? ""}/${metadata.name}`)
    .toSorted();
}

function httpRoute(cluster: string): WireObject | undefined {
  return world.servers[cluster]?.store.find(
    { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
    "sample",
    "helloworld",
  );
}

function weightsIn(cluster: string): Readonly<Record<string, number>> {
  const { spec } = (httpRoute(cluster) ?? {}) as {
    readonly spec?: {
      readonly rules: readonly { readonly backendRefs: readonly { name: string; weight: number }[] }[];
    };
  };
  return Object.fromEntries((spec?.rules[0]?.backendRefs ?? []).map(({ name, weight }) => [name, weight]));
}

const all = [
  "gateway.networking.k8s.io/v1 Gateway istio-system/helloworld-gateway",
  "gateway.networking.k8s.io/v1 HTTPRoute sample/helloworld",
  "v1 Service sample/helloworld",
  "v1 Service sample/helloworld-v1",
  "v1 Service sample/helloworld-v2",
];

describe("a mesh with a route of the Gateway API", () => {
  it("is applied, shown by its weights, shifted in every cluster, and removed with everything", async () => {
    expect((await world.run("apply --yes")).code).toBe(0);
    expect([routing("west"), routing("east")]).toEqual([all, all]);
    expect((await world.run("status")).out).toMatch(/v1=90\s+v2=10/);
    const shifted = await world.run("shift helloworld v1=25 v2=75 --yes --no-verify --force");
    expect(`${shifted.code} ${shifted.err}`).toMatch(/^0/);
    const wanted = { "helloworld-v1": 25, "helloworld-v2": 75 };
    expect([weightsIn("west"), weightsIn("east")]).toEqual([wanted, wanted]);
    expect(await readFile(path.join(world.folder, "mesh.yaml"), "utf8")).toContain("weights: { v1: 25, v2: 75 }");
    expect((await world.run("remove --yes")).code).toBe(0);
    expect([routing("west"), routing("east")]).toEqual([[], []]);
  });

  it("is not called applied where a gateway does not have the rule", async () => {
    await world.close();
    world = await startFakeClusters(["west"], {
      living: true,
      podResponse: (asked) =>
        answerPod(asked.includes("dynamic_route_configs") ? undefined : world.servers["west"]?.store, asked),
    });
    await useTriedIstio();
    await editMesh(world, (text) => text.replace("weights:", "api: gatewayAPI\n          weights:"));
    const ran = await world.run("apply --yes --timeout 1s");
    expect(ran.code).toBe(1);
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("lacks helloworld-v1=100 of rule sample.helloworld.0");
  });

  it("is shifted nowhere where one cluster refuses", async () => {
    await world.run("apply --yes");
    world.servers["east"]?.addConflict(
      { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
      "helloworld",
      {
        manager: "kubectl-edit",
        field: ".spec.rules",
      },
    );
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --no-verify --force");
    expect(ran.code).toBe(1);
    const before = { "helloworld-v1": 90, "helloworld-v2": 10 };
    expect([weightsIn("west"), weightsIn("east")]).toEqual([before, before]);
    const forced = "shift helloworld v1=0 v2=100 --yes --no-verify --force --force-conflicts=HTTPRoute";
    expect((await world.run(forced)).code).toBe(0);
    expect(weightsIn("east")).toEqual({ "helloworld-v1": 0, "helloworld-v2": 100 });
  });

  it("is not shifted by answer times, which gateways keep for subsets alone", async () => {
    const ran = await world.run("shift helloworld v1=0 v2=100 --yes --steps 50,100 --every 1s --max-p99 300ms");
    expect([ran.code, ran.err.includes("ISM680")]).toEqual([64, true]);
  });

  it("takes the place of the VirtualService of before, which goes with --prune", async () => {
    await editMesh(world, (text) => text.replace("api: gatewayAPI", "api: istio"));
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(routing("west").filter((one) => one.startsWith("gateway"))).toEqual([]);
    await editMesh(world, (text) => text.replace("api: istio", "api: gatewayAPI"));
    expect((await world.run("apply --yes --prune")).code).toBe(0);
    expect(routing("west")).toEqual(all);
  });

  it("is exported with the objects of an apply", async () => {
    const ran = await world.run("export --format yaml exported");
    expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
    const files = await readdir(path.join(world.folder, "exported"), { recursive: true });
    expect(files.filter((file) => /httproute|service-sample-helloworld-v/.test(file)).toSorted()).toEqual(
      ["east", "west"].flatMap((cluster) => [
        `${cluster}/08-services/4-service-sample-helloworld-v1.yaml`,
        `${cluster}/08-services/4-service-sample-helloworld-v2.yaml`,
        `${cluster}/10-routes/5-httproute-sample-helloworld.yaml`,
      ]),
    );
  });

  it("is refused before anything is changed where a cluster does not serve the Gateway API", async () => {
    const body = { apiVersion: "v1", kind: "Status", status: "Failure", code: 404, details: {} };
    world.servers["east"]?.inject(
      { kind: "status", status: 404, body },
      { times: 1000, matches: ({ url }) => url.includes("gateway.networking.k8s.io") },
    );
    const ran = await world.run("apply --yes");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ISM769");
    expect(ran.err).toContain("kubectl --context east apply --server-side -f https://github.com/");
    expect(routing("west")).toEqual([]);
  });
});
