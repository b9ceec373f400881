import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import { explainStuckIstiod } from "./stuck-istiod.ts";

const { signal } = new AbortController();

const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "istio-system" },
});

/** What is said of a Deployment that is not ready while its istiod says this of east. */
async function explain(name: string, syncStatus: string | undefined): Promise<string | undefined> {
  const body = JSON.stringify(syncStatus === undefined ? [] : [{ id: "east", syncStatus }]);
  const { server, client } = await connectFake({
    api: { podResponse: () => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}` },
  });
  const status = { phase: "Running" };
  const metadata = { name: "istiod-1", namespace: "istio-system", labels: { app: "istiod" } };
  server.put({ apiVersion: "v1", kind: "Pod", metadata, status });
  const kubeconfig = {
    "current-context": "east",
    clusters: [{ name: "east", cluster: { server: "https://192.0.2.9:6443" } }],
    users: [{ name: "east", user: { token: "t" } }],
    contexts: [{ name: "east", context: { cluster: "east", user: "east" } }],
  };
  server.put({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "istio-remote-secret-east",
      namespace: "istio-system",
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": "east" },
    },
    data: { east: Buffer.from(JSON.stringify(kubeconfig), "utf8").toString("base64") },
  });
  return explainStuckIstiod(client)(deployment(name), signal);
}

it("says of an istiod that is not ready which cluster it cannot read, and where it looks for it", async () => {
  for (const state of ["syncing", "timeout", undefined]) {
    expect(await explain("istiod", state)).toBe(
      "it first waits, up to 30 s, for what it cannot read: east at https://192.0.2.9:6443 (Secret istio-remote-secret-east)",
    );
  }
});

it("says it of an istiod with a revision too", async () => {
  expect(await explain("istiod-canary", "timeout")).toContain("Secret istio-remote-secret-east");
});

it("says nothing where istiod has read all clusters, or of another Deployment", async () => {
  expect(await explain("istiod", "synced")).toBeUndefined();
  expect(await explain("istio-ingressgateway", "syncing")).toBeUndefined();
});
