import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Ran } from "../e2e/world.ts";
import { environment, freshFolder, isthmus } from "../e2e/world.ts";
import type { CheckReport } from "../faults/mesh.ts";
import type { RancherWorld } from "../rancher/rancher-world.ts";
import { rancherBefore, rancherInstance, until, writeRancherMesh } from "../rancher/rancher-world.ts";

const folder = freshFolder();
const meshFile = path.join(folder, "rancher.yaml");
const clusters = ["west", "east"] as const;

interface Pod {
  readonly metadata: { readonly uid: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

let world: RancherWorld;

beforeAll(async () => {
  world = await rancherBefore();
  writeMesh({ networkPolicies: false });
  await succeed("apply", "--yes");
});

afterAll(async () => {
  await isthmus(["sandbox", "down", "--instance", rancherInstance]);
});

/** As many have it: Istio in one project of theirs, the services in another. */
it("is broken by project network isolation, which check says policy by policy, until it has policies of its own", async () => {
  for (const cluster of clusters) {
    await putIntoProject(cluster, "istio-system", "p-istio");
    await putIntoProject(cluster, "sample", "p-shop");
  }
  await succeed("verify");

  for (const cluster of clusters) {
    await patchLocal(`/apis/management.cattle.io/v3/clusters/${world.id(cluster)}`, {
      spec: { enableNetworkPolicy: true },
    });
  }
  for (const cluster of clusters) {
    const policies = "/apis/networking.k8s.io/v1/namespaces/sample/networkpolicies/np-default";
    await until(
      async () => world.kube(world.id(cluster), policies),
      ({ status }) => status === 200,
    );
  }
  const istiod = "the proxies of sample to istiod at port 15012";
  const [ingress, eastWest] = ["istio-ingressgateway", "istio-eastwestgateway"].map(
    (gateway) => `requests of ${gateway} to sample/helloworld at port 5000`,
  );
  // The charts bring an egress gateway, which any pod of the mesh may use.
  const egress = [8080, 8443].map((port) => `requests of the pods of sample to istio-egressgateway at port ${port}`);
  expect(await findings()).toEqual(
    clusters.flatMap((cluster) => [
      `ISM448 NetworkPolicy istio-system/hn-nodes, np-default of ${cluster} close what no policy admits: connections of ${istiod}; ${egress.join("; ")}.`,
      `ISM448 NetworkPolicy sample/hn-nodes, np-default of ${cluster} close what no policy admits: ${ingress}; ${eastWest}.`,
    ]),
  );
  // Policies judge new connections: those that gateways have kept open go on.
  for (const cluster of clusters) {
    await restartIngress(cluster);
  }
  const verified = await run("verify");
  expect(verified.code).not.toBe(0);
  expect(verified.out + verified.err).toContain("ISM448");

  writeMesh({ networkPolicies: true });
  await succeed("apply", "--yes");
  // Gateways that have only tried in vain so far are known by the next request that passes.
  await succeed("verify");
  expect(await findings()).toEqual([]);
});

function writeMesh({ networkPolicies }: { readonly networkPolicies: boolean }): void {
  writeRancherMesh(world, folder, (text) =>
    text
      .replace(/\n    project:\n(?: {6}.*\n)+/, "\n")
      .replace("networkPolicies: true", `networkPolicies: ${networkPolicies}`),
  );
}

async function run(...args: readonly string[]): Promise<Ran> {
  return isthmus([...args, "-f", meshFile], { env: environment() });
}

async function succeed(...args: readonly string[]): Promise<void> {
  const ran = await run(...args);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
}

async function findings(): Promise<readonly string[]> {
  const { causes } = JSON.parse((await run("check", "-o", "json")).out) as CheckReport;
  return causes.map(({ code, detail = "" }) => `${code} ${detail}`);
}

async function patchLocal(at: string, body: object): Promise<void> {
  const { status, text } = await world.kube("local", at, { method: "PATCH", body });
  expect(`${status} ${text}`).toMatch(/^200/);
}

async function restartIngress(cluster: string): Promise<void> {
  const [id, istio] = [world.id(cluster), "/api/v1/namespaces/istio-system/pods"];
  const selector = "labelSelector=istio%3Dingressgateway";
  const list = async (): Promise<readonly Pod[]> =>
    (await world.kube(id, `${istio}?${selector}`)).json["items"] as readonly Pod[];
  const before = new Set((await list()).map(({ metadata }) => metadata.uid));
  await world.kube(id, `${istio}?${selector}`, { method: "DELETE" });
  await until(
    list,
    (pods) =>
      pods.length > 0 &&
      pods.every(
        ({ metadata, status }) =>
          !before.has(metadata.uid) &&
          status.conditions?.some(({ type, status: holds }) => type === "Ready" && holds === "True") === true,
      ),
    90,
  );
}

/** Makes the project unless it is there, and puts a namespace into it as Rancher's pages do. */
async function putIntoProject(cluster: string, namespace: string, project: string): Promise<void> {
  const id = world.id(cluster);
  await world.kube("local", `/apis/management.cattle.io/v3/namespaces/${id}/projects`, {
    method: "POST",
    body: {
      apiVersion: "management.cattle.io/v3",
      kind: "Project",
      metadata: { name: project, namespace: id },
      spec: { clusterName: id, displayName: project },
    },
  });
  const body = { metadata: { annotations: { "field.cattle.io/projectId": `${id}:${project}` } } };
  const { status, text } = await world.kube(id, `/api/v1/namespaces/${namespace}`, { method: "PATCH", body });
  expect(`${status} ${text}`).toMatch(/^200/);
}
