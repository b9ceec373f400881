import { expect, it } from "vitest";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { deleteTraces } from "./istiod-traces.ts";

const { signal } = new AbortController();

function trace(name: string): KubeObject {
  const metadata = { name, namespace: "shop", labels: { "istio.io/config": "true" } };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

/** What is left of the traces in a cluster that also has `more`. */
async function leftBeside(...more: readonly KubeObject[]): Promise<readonly string[]> {
  const { server, client } = await connectFake();
  for (const object of [trace("istio-ca-root-cert"), trace("istio-ca-crl"), trace("somebodys"), ...more]) {
    server.put(object);
  }
  expect(await deleteTraces({ client } as Connected, signal)).toEqual([]);
  const left = await client.list({ apiVersion: "v1", kind: "ConfigMap" }, { signal });
  return left.map(({ metadata }) => metadata.name).toSorted();
}

it("deletes what an istiod has left, and nothing else", async () => {
  expect(await leftBeside()).toEqual(["somebodys"]);
});

it("leaves it to an istiod that stays, in whichever namespace and with whichever revision", async () => {
  const metadata = { name: "istiod-canary", namespace: "mesh", labels: { app: "istiod" } };
  expect(await leftBeside({ apiVersion: "apps/v1", kind: "Deployment", metadata })).toEqual([
    "istio-ca-crl",
    "istio-ca-root-cert",
    "somebodys",
  ]);
});

it("leaves it with a warning where the account may not look in all namespaces, and fails for anything else", async () => {
  const { server, client } = await connectFake();
  server.put(trace("istio-ca-root-cert"));
  const one = { client, cluster: { name: "west" } } as Connected;
  server.inject({ kind: "status", status: 403 });
  expect(await deleteTraces(one, signal)).toMatchObject([{ code: "ISM348", severity: "warning", cluster: "west" }]);
  server.inject({ kind: "status", status: 400 });
  await expect(deleteTraces(one, signal)).rejects.toMatchObject({ kind: "invalid" });
  expect(await client.list({ apiVersion: "v1", kind: "ConfigMap" }, { signal })).toHaveLength(1);
});
