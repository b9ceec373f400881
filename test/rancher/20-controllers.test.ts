import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RancherWorld } from "./rancher-world.ts";
import { make, managed, rancherBefore, until } from "./rancher-world.ts";

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Record<string, unknown>;
}

const field = "field.cattle.io/projectId";
const owned = { "resourcequota.management.cattle.io/default-resource-quota": "true" };

let world: RancherWorld;
let west: string;

beforeAll(async () => {
  world = await rancherBefore();
  west = world.id("west");
});

afterAll(async () => {
  await world.kube(west, "/api/v1/namespaces/rancher-test", { method: "DELETE" });
  await world.kube("local", `${managed}/namespaces/${west}/projects/p-test`, { method: "DELETE" });
  await gone(`/api/v1/namespaces/rancher-test`);
});

async function gone(at: string): Promise<void> {
  await until(
    async () => world.kube(west, at),
    ({ status }) => status === 404,
  );
}

async function items(at: string): Promise<readonly Item[]> {
  return ((await world.kube(west, at)).json["items"] ?? []) as readonly Item[];
}

describe("the Rancher double's controllers", () => {
  const home = "/api/v1/namespaces/rancher-test";

  beforeAll(async () => {
    await make(world, "local", `${managed}/namespaces/${west}/projects`, {
      apiVersion: "management.cattle.io/v3",
      kind: "Project",
      metadata: { name: "p-test", namespace: west },
      spec: {
        displayName: "test",
        clusterName: west,
        resourceQuota: { limit: { pods: "10", limitsCpu: "2" } },
        namespaceDefaultResourceQuota: { limit: { pods: "5", limitsCpu: "1" } },
      },
    });
    await make(world, west, "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "rancher-test", annotations: { [field]: `${west}:p-test` } },
    });
  });

  it("give a project its backing namespace", async () => {
    const at = `${managed}/namespaces/${west}/projects/p-test`;
    const done = await until(
      async () => world.kube("local", at),
      ({ json }) => json["status"] !== undefined,
    );
    expect(done.json["status"]).toMatchObject({ backingNamespace: `${west}-p-test` });
    expect((await world.kube("local", `/api/v1/namespaces/${west}-p-test`)).status).toBe(200);
  });

  it("copy the project's id to the label, and to the annotation of secrets when the label changes", async () => {
    await until(
      async () => world.kube(west, home),
      ({ text }) => (JSON.parse(text) as Item).metadata.labels?.[field] === "p-test",
    );
    await make(world, west, `${home}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" } });
    await world.kube(west, home, {
      method: "PATCH",
      body: { metadata: { annotations: { [field]: `${west}:p-other` } } },
    });
    const secret = await until(
      async () => world.kube(west, `${home}/secrets/plain`),
      ({ text }) => (JSON.parse(text) as Item).metadata.annotations?.[field] !== undefined,
    );
    expect((JSON.parse(secret.text) as Item).metadata.annotations?.[field]).toBe(`${west}:p-other`);
    await world.kube(west, home, {
      method: "PATCH",
      body: { metadata: { annotations: { [field]: `${west}:p-test` } } },
    });
    await until(
      async () => world.kube(west, home),
      ({ text }) => (JSON.parse(text) as Item).metadata.labels?.[field] === "p-test",
    );
  });

  it("make the quota that the namespace asks for, of what the project allows", async () => {
    const at = `${home}/resourcequotas?labelSelector=${encodeURIComponent(`${Object.keys(owned)[0] ?? ""}=true`)}`;
    const hard = async (wanted: Record<string, string>): Promise<void> => {
      await until(
        async () => items(at),
        ([quota]) => JSON.stringify(quota?.spec?.["hard"]) === JSON.stringify(wanted),
      );
    };
    await hard({ "limits.cpu": "1", pods: "5" });
    const ask = async (limit: object): Promise<void> => {
      const annotations = { "field.cattle.io/resourceQuota": JSON.stringify({ limit }) };
      await world.kube(west, home, { method: "PATCH", body: { metadata: { annotations } } });
    };
    await ask({ pods: "7", secrets: "3" });
    await hard({ "limits.cpu": "1", pods: "7" });
    // More than the project has: what was there stays.
    await ask({ pods: "70" });
    const status = await until(
      async () => world.kube(west, home),
      ({ text }) =>
        (JSON.parse(text) as Item).metadata.annotations?.["cattle.io/status"]?.includes("exceeds project limit") ===
        true,
    );
    expect(status.status).toBe(200);
    await hard({ "limits.cpu": "1", pods: "7" });
    expect((await items(at))[0]?.metadata.name).toMatch(/^default-/);
  });

  it("delete a limit range with Rancher's label that nobody asked for, and overwrite one when somebody did", async () => {
    const range = {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "istio-limitrange", labels: owned },
      spec: { limits: [{ type: "Container", default: { cpu: "3" } }] },
    };
    await make(world, west, `${home}/limitranges`, range);
    await gone(`${home}/limitranges/istio-limitrange`);
    const project = `${managed}/namespaces/${west}/projects/p-test`;
    await make(world, west, `${home}/limitranges`, { ...range, metadata: { name: "unlabelled" } });
    await world.kube("local", project, {
      method: "PATCH",
      body: { spec: { containerDefaultResourceLimit: { limitsCpu: "250m", requestsCpu: "50m" } } },
    });
    const made = await until(
      async () => items(`${home}/limitranges`),
      (all) => all.some((one) => one.metadata.name.startsWith("default-")),
    );
    const mine = made.find((one) => one.metadata.name.startsWith("default-"));
    const at = `${home}/limitranges/${mine?.metadata.name ?? ""}`;
    await world.kube(west, at, { method: "PATCH", body: { spec: range.spec } });
    const back = await until(
      async () => world.kube(west, at),
      ({ text }) => text.includes("250m"),
    );
    expect((JSON.parse(back.text) as Item).spec?.["limits"]).toEqual([
      { type: "Container", default: { cpu: "250m" }, defaultRequest: { cpu: "50m" } },
    ]);
    expect(made.find((one) => one.metadata.name === "unlabelled")?.spec?.["limits"]).toMatchObject([
      { default: { cpu: "3" } },
    ]);
  });

  it("isolate projects while the cluster's enableNetworkPolicy is on, and put back what somebody changes", async () => {
    const switchTo = async (on: boolean): Promise<void> => {
      await world.kube("local", `${managed}/clusters/${west}`, {
        method: "PATCH",
        body: { spec: { enableNetworkPolicy: on } },
      });
    };
    const at = "/apis/networking.k8s.io/v1/namespaces/rancher-test/networkpolicies";
    await make(world, west, `${home}/services`, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "gate" },
      spec: { type: "NodePort", selector: { app: "gate" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    expect(await items(at)).toEqual([]);
    await switchTo(true);
    try {
      const all = await until(
        async () => items(at),
        (found) => found.length === 3,
      );
      expect(all.map((one) => one.metadata.name).toSorted()).toEqual(["hn-nodes", "np-default", "np-gate"]);
      const gate = all.find((one) => one.metadata.name === "np-gate");
      expect(gate?.spec).toMatchObject({
        podSelector: { matchLabels: { app: "gate" } },
        ingress: [{ ports: [{ port: 8080, protocol: "TCP" }] }],
      });
      expect(all.every((one) => one.metadata.labels?.["cattle.io/creator"] === "norman")).toBe(true);
      await world.kube(west, `${at}/np-default`, { method: "PATCH", body: { spec: { ingress: [] } } });
      await until(
        async () => world.kube(west, `${at}/np-default`),
        ({ text }) => text.includes("namespaceSelector"),
      );
      await world.kube(west, `${at}/hn-nodes`, { method: "DELETE" });
      const nodes = await until(
        async () => world.kube(west, `${at}/hn-nodes`),
        ({ status }) => status === 200,
      );
      expect(nodes.text).toContain("10.42.0.0/32");
      const system = await items("/apis/networking.k8s.io/v1/namespaces/kube-system/networkpolicies");
      expect(system.map((one) => one.metadata.name)).toEqual(["np-default-allow-all"]);
    } finally {
      await switchTo(false);
    }
    await until(
      async () => items(at),
      (found) => found.length === 0,
    );
  });
});
