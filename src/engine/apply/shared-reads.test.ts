import { expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import { ingressGateway, istioNamespace, readerTokenSecret } from "../../core/render/names.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { contextOf } from "../../kube/fake/fake-context.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { createSharedReads } from "./shared-reads.ts";
import type { ClusterRun } from "./cluster-run.ts";

const options = { signal: new AbortController().signal, timeoutMs: 60_000 };
/** A cluster whose reader account has a token and whose ingress has an address. */
async function cluster(name: "west" | "east", failed = false) {
  const { server, client } = await connectFake({ cluster: name });
  server.put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: readerTokenSecret, namespace: istioNamespace },
    type: "kubernetes.io/service-account-token",
    data: { token: Buffer.from(`token of ${name}`).toString("base64"), "ca.crt": "Y2E=" },
  });
  server.put({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: ingressGateway, namespace: istioNamespace },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ ip: name === "west" ? "192.0.2.1" : "192.0.2.2" }] } },
  });
  const one = { client, cluster: clusterNamed(twoClusters, name), context: contextOf(server.url) };
  return { server, work: { one, failed } as unknown as ClusterRun };
}

it("reads a cluster's credential once for all that ask at the same time and later", async () => {
  const west = await cluster("west");
  const sharedReads = createSharedReads([west.work], options);
  const [first, second] = await Promise.all([sharedReads.credentialOf("west"), sharedReads.credentialOf("west")]);
  const asked = west.server.requests.length;
  expect(await sharedReads.credentialOf("west")).toBe(first);
  expect(second).toBe(first);
  expect(first.token.expose()).toBe("token of west");
  expect(west.server.requests).toHaveLength(asked);
});

it("has the addresses of those that have not failed", async () => {
  const [west, east] = [await cluster("west"), await cluster("east", true)];
  const sharedReads = createSharedReads([west.work, east.work], options);
  expect(await sharedReads.ingressAddresses()).toEqual({ west: ["192.0.2.1"] });
  expect(east.server.requests).toEqual([]);
});

it("leaves out a cluster that dies or never gets an address, and rejects where every one does", async () => {
  const [west, east] = [await cluster("west"), await cluster("east")];
  await east.server.close();
  const brief = { ...options, timeoutMs: 500 };
  expect(await createSharedReads([west.work, east.work], brief).ingressAddresses()).toEqual({ west: ["192.0.2.1"] });
  await expect(createSharedReads([east.work], brief).ingressAddresses()).rejects.toThrow("ISM273");
});

it("says so to everyone when a token does not come", async () => {
  const west = await cluster("west");
  const token = west.server.store.find({ apiVersion: "v1", kind: "Secret" }, istioNamespace, readerTokenSecret);
  expect(token).toBeDefined();
  if (token !== undefined) {
    west.server.store.remove(token);
  }
  const sharedReads = createSharedReads([west.work], { ...options, timeoutMs: 200 });
  const both = await Promise.allSettled([sharedReads.credentialOf("west"), sharedReads.credentialOf("west")]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  await expect(sharedReads.credentialOf("west")).rejects.toThrow(readerTokenSecret);
});
