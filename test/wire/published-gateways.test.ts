import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { FakeClusters } from "../../src/cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../src/cli/testing/fake-clusters.ts";

type Spec = Record<string, unknown> & { services: { routes: object[] }[] };

const published = {
  name: "helloworld",
  gateway: "helloworld",
  hosts: ["hello.example.test"],
  weights: { v1: 100 },
  tls: { secretName: "hello-tls" },
  dns: { via: "externalDns" },
};

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  putIngress("west", "192.0.2.1");
  putIngress("east", "192.0.2.2");
});

function putIngress(cluster: string, ip: string): void {
  const metadata = { name: "istio-ingressgateway", namespace: "istio-system" };
  const status = { loadBalancer: { ingress: [{ ip }] } };
  world.servers[cluster]?.store.put(
    { apiVersion: "v1", kind: "Service", metadata, spec: { type: "LoadBalancer" }, status },
    { store: true },
  );
}

afterEach(async () => {
  await world.close();
});

/** The redirect at port 80 has the published host and these more, which nobody publishes. */
async function withRedirect(...hosts: readonly string[]): Promise<void> {
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { spec: Spec };
  mesh.spec["dns"] = { zone: "example.test", provider: { designate: {} }, ttl: "30s" };
  const redirect = { name: "plain", gateway: "plain", hosts: [...published.hosts, ...hosts] };
  for (const service of mesh.spec.services) {
    service.routes = [published, { ...redirect, redirect: { scheme: "https" } }];
  }
  await writeFile(file, stringify(mesh));
}

function redirectOf(cluster: string): unknown {
  const id = { apiVersion: "networking.istio.io/v1", kind: "Gateway" };
  const gateway = world.servers[cluster]?.store.find(id, "sample", "plain");
  const spec = gateway?.["spec"] as { readonly servers: readonly { readonly hosts: readonly string[] }[] } | undefined;
  const annotations = gateway?.metadata["annotations"] as Readonly<Record<string, string>> | undefined;
  return {
    hosts: spec?.servers.flatMap((server) => server.hosts),
    target: annotations?.["external-dns.kubernetes.io/target"],
  };
}

it("a dead cluster keeps its address at a published Gateway, and holds back no host of it", async () => {
  await withRedirect("a.example.test");
  await world.run("apply --yes");
  expect(redirectOf("west")).toEqual({
    hosts: ["hello.example.test", "a.example.test"],
    target: "192.0.2.1,192.0.2.2",
  });

  await world.servers["east"]?.close();
  await withRedirect("a.example.test", "b.example.test");
  const applied = await world.run("apply --yes");
  expect(applied.err).not.toContain("ISM530");
  expect(redirectOf("west")).toEqual({
    hosts: ["hello.example.test", "a.example.test", "b.example.test"],
    target: "192.0.2.1,192.0.2.2",
  });
  const planned = await world.run("plan");
  expect(planned.out).not.toContain("Gateway sample/plain");
});

it("the address of a cluster that has left the mesh goes while another cluster is dead", async () => {
  await world.close();
  world = await startFakeClusters(["west", "east", "north"], { living: true });
  for (const [name, ip] of Object.entries({ west: "192.0.2.1", east: "192.0.2.2", north: "192.0.2.3" })) {
    putIngress(name, ip);
  }
  await withRedirect("a.example.test");
  await world.run("apply --yes");
  expect(redirectOf("west")).toMatchObject({ target: "192.0.2.1,192.0.2.2,192.0.2.3" });

  await world.servers["east"]?.close();
  const file = path.join(world.folder, "mesh.yaml");
  const mesh = parse(await readFile(file, "utf8")) as { spec: Spec & { clusters: { name: string }[] } };
  mesh.spec.clusters = mesh.spec.clusters.filter(({ name }) => name !== "north");
  mesh.spec.services = mesh.spec.services.map((service) => ({
    ...service,
    versions: { v1: { clusters: ["west", "east"] } },
  }));
  await writeFile(file, stringify(mesh));
  await world.run("apply --yes");
  expect(redirectOf("west")).toMatchObject({ target: "192.0.2.1,192.0.2.2" });
});
