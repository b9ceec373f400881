import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseMesh } from "../../core/mesh-file/parse.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { editMesh } from "../testing/edit-mesh.ts";

let world: FakeClusters;

beforeAll(async () => {
  world = await startFakeClusters(["west", "east"]);
  await editMesh(world, (text) => text.replace(/version: .*\n\s+install: istioctl/, "install: existing"));
  // The first command loads the program, which takes its time on a machine with other work.
  await world.run("plan");
}, 180_000);

afterAll(async () => world.close());

/** What plain helm leaves of an istiod, in one cluster. */
function install(cluster: string, network: string): void {
  const namespace = "istio-system";
  const global = { meshID: "prod", network, multiCluster: { clusterName: cluster } };
  const labels = { app: "istiod", "istio.io/rev": "default", "helm.sh/chart": "istiod-1.31.0" };
  const annotations = { "meta.helm.sh/release-name": "istiod", "meta.helm.sh/release-namespace": namespace };
  const containers = [{ name: "discovery", image: "docker.io/istio/pilot:1.31.0" }];
  const put = (object: KubeObject): void => void world.servers[cluster]?.put(object);
  put({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istiod", namespace, labels, annotations },
    spec: { template: { spec: { containers } } },
  });
  put({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "istio-sidecar-injector", namespace },
    data: { values: JSON.stringify({ global }) },
  });
  put({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "istio-reader-service-account", namespace },
  });
}

it("refuses clusters without an Istio, and one with other values by the change for Helm", async () => {
  const before = await world.run("plan");
  expect(before.code).toBe(1);
  expect(before.err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM575]", "error[ISM575]"]);
  install("west", "west-net");
  install("east", "elsewhere");
  const { code, err } = await world.run("plan");
  expect(code).toBe(1);
  expect(err.match(/error\[ISM\d+\]/g)).toEqual(["error[ISM577]"]);
  expect(err).toContain("network: east-net");
  expect(err).toContain("helm upgrade istiod istio/istiod --version 1.31.0 --kube-context east");
});

it("plans what joins and an east-west gateway, and nothing of trust or of Istio's own objects", async () => {
  install("east", "east-net");
  const { code, out } = await world.run("plan -o json");
  expect(code).toBe(0);
  const { clusters } = JSON.parse(out) as {
    clusters: readonly { readonly objects: readonly { readonly kind: string; readonly name: string }[] }[];
  };
  expect(clusters[0]?.objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "Namespace istio-system",
    "ServiceAccount istio-eastwestgateway",
    "Secret istio-reader-service-account-istio-remote-secret-token",
    "Service istio-eastwestgateway",
    "Gateway cross-network-gateway",
    "Deployment istio-eastwestgateway",
    "Secret istio-remote-secret-east",
  ]);
});

it.each(["render", "export --format kustomize out"])("does not %s without asking the clusters", async (command) => {
  const { code, err } = await world.run(command);
  expect(err).toContain("error[ISM580]");
  expect(code).toBe(65);
});

it("writes a mesh file of what is installed, with the mesh ID, the names and the networks that are found", async () => {
  install("west", "west-net");
  const ran = await world.run("init found.yaml --contexts west,east --existing");
  expect(ran).toMatchObject({ code: 0, err: "" });
  const text = await readFile(path.join(world.folder, "found.yaml"), "utf8");
  expect(text).toContain("# Istio 1.31.0, installed by helm.");
  const { mesh } = parseMesh(text, "found.yaml");
  expect(mesh?.name).toBe("prod");
  expect(mesh?.istio.install).toBe("existing");
  expect(mesh?.clusters.map(({ name, network }) => [name, network])).toEqual([
    ["west", "west-net"],
    ["east", "east-net"],
  ]);
  expect((await world.run("plan -f found.yaml")).code).toBe(0);
});

it("needs the right to look for what is installed only where it is planned", async () => {
  world.servers["west"]?.inject(
    { kind: "status", status: 403 },
    { times: 100, matches: ({ url }) => url.includes("mutatingwebhookconfigurations") },
  );
  try {
    const planned = await world.run("plan");
    expect(planned.code).toBe(69);
    expect(planned.err).toContain("error[ISM264]");
    const status = await world.run("status -o json");
    const { clusters } = JSON.parse(status.out) as { clusters: readonly object[] };
    expect(clusters).toMatchObject([
      { kind: "reached", cluster: "west", sync: { code: "ISM264" } },
      { kind: "reached", cluster: "east", sync: { inSync: false } },
    ]);
    const removed = await world.run("remove --yes");
    expect(removed.err).not.toContain("ISM264");
    expect(removed.code).toBe(0);
  } finally {
    world.servers["west"]?.mend();
  }
});
