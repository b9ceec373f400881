import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import type { RancherWorld } from "./rancher-world.ts";
import { rancherBefore } from "./rancher-world.ts";
import type { Ran } from "../e2e/world.ts";
import { freshFolder, isthmus, writeHelloworldOf } from "../e2e/world.ts";

const folder = freshFolder();
const meshFile = path.join(folder, "mesh.yaml");

let world: RancherWorld;

beforeAll(async () => {
  world = await rancherBefore();
  writeHelloworldOf("v1", folder);
  writeFileSync(meshFile, stringify(await mesh()));
});

/** The release of Istio that the sandbox has images of, whatever the chart's name says. */
async function sandboxTag(): Promise<string> {
  const { json } = await world.ask(`/v3/clusters/${world.id("east")}`);
  const { annotations } = json as { readonly annotations: Readonly<Record<string, string>> };
  const mark = JSON.parse(annotations["isthmus.dev/sandbox"] ?? "") as { readonly istio: { readonly version: string } };
  return mark.istio.version;
}

async function mesh(): Promise<object> {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Mesh",
    metadata: { name: "catalog" },
    spec: {
      rancher: { url: world.state.url, token: { file: world.state.tokenFile }, caFile: world.state.caFile },
      clusters: [{ name: "east", rancherId: world.id("east") }],
      istio: { install: "rancher", version: "1.22.1", values: { global: { tag: await sandboxTag() } } },
      services: [
        {
          name: "helloworld",
          namespace: "sample",
          port: 5000,
          manifests: "helloworld.yaml",
          versions: { v1: { clusters: ["east"] } },
          routes: [
            { name: "helloworld", gateway: "hello", hosts: ["*"], match: { exact: "/hello" }, weights: { v1: 100 } },
          ],
        },
      ],
    },
  };
}

async function run(...args: readonly string[]): Promise<Ran> {
  return isthmus([...args, "-f", meshFile]);
}

it("has Rancher's catalog install Istio, with the east-west gateway from the overlay", async () => {
  const ran = await run("apply", "--yes");
  expect(ran.err).toContain("warning[ISM217] Rancher's Istio chart is deprecated");
  expect(ran.out).toContain("+ App istio-system/rancher-istio");
  expect(ran.err + ran.out).toContain("all ready");
  expect(ran.code).toBe(0);
  const gateways = await world.kube(world.id("east"), "/apis/apps/v1/namespaces/istio-system/deployments");
  const names = (gateways.json["items"] as readonly { readonly metadata: { readonly name: string } }[]).map(
    (one) => one.metadata.name,
  );
  expect(names).toEqual(expect.arrayContaining(["istio-eastwestgateway", "istio-ingressgateway", "istiod"]));
});

it("finds nothing to change after that, and carries requests", { retry: 1 }, async () => {
  expect((await run("plan", "--detailed-exitcode")).out).toContain("No changes");
  expect((await run("verify")).out).toContain("√ verified");
});

interface Service {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: { readonly selector: Readonly<Record<string, string>> };
}

async function eastWestService(): Promise<Service> {
  const service = "/api/v1/namespaces/istio-system/services/istio-eastwestgateway";
  return (await world.kube(world.id("east"), service)).json as unknown as Service;
}

it("has the catalog upgrade the release when a value changes, and take the network off a gateway behind NAT", async () => {
  const network = "topology.istio.io/network";
  expect((await eastWestService()).metadata.labels).toHaveProperty([network], "east");
  const { spec, ...changed } = (await mesh()) as {
    readonly spec: { readonly istio: object; readonly clusters: readonly object[] };
  };
  const values = { global: { tag: await sandboxTag(), logAsJson: true } };
  const clusters = spec.clusters.map((one) => ({ ...one, eastWest: { addresses: ["203.0.113.7"] } }));
  writeFileSync(meshFile, stringify({ ...changed, spec: { ...spec, clusters, istio: { ...spec.istio, values } } }));
  const plan = await run("plan");
  expect(plan.out).toContain("~ App istio-system/rancher-istio");
  expect((plan.err + plan.out).replaceAll(/\s+/g, " ")).toContain(
    "may start the pods of istio-ingressgateway and istio-eastwestgateway in east anew",
  );
  expect((await run("apply", "--yes")).code).toBe(0);
  expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
  const service = await eastWestService();
  expect(service.metadata.labels).not.toHaveProperty([network]);
  // Its pods keep their network, and are found by it.
  expect(service.spec.selector).toHaveProperty([network], "east");
});

it("has the catalog take Istio away again", async () => {
  const ran = await run("remove", "--yes");
  expect(ran.code).toBe(0);
  const left = await world.kube(world.id("east"), "/api/v1/namespaces/istio-system");
  expect(left.status).toBe(404);
  const repos = await world.kube(world.id("east"), "/apis/catalog.cattle.io/v1/clusterrepos");
  expect(JSON.stringify(repos.json["items"])).not.toContain("isthmus");
});
