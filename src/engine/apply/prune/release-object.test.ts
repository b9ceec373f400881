import { expect, it } from "vitest";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import { releaseObject } from "./release-object.ts";

const { signal } = new AbortController();
const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: {
    name: "helloworld",
    namespace: "sample",
    uid: "1",
    resourceVersion: "7",
    labels: { app: "helloworld", "isthmus.dev/mesh": "sandbox" },
  },
  spec: { ports: [{ port: 5000 }] },
  status: { loadBalancer: {} },
};

it("gives an object back by applying nothing of it", async () => {
  const { server, client } = await connectFake();
  await releaseObject(client, service, signal);
  const writes = server.requests
    .filter(({ method }) => method === "PATCH")
    .map(({ body }) => JSON.parse(body) as object);
  expect(writes).toEqual([
    { apiVersion: "v1", kind: "Service", metadata: { name: "helloworld", namespace: "sample" } },
  ]);
});

it("leaves one as it is that cannot be without what isthmus alone owns, and takes the mesh's label off", async () => {
  const { server, client } = await connectFake();
  const message = 'Service "helloworld" is invalid: spec.ports: Required value';
  const body = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Invalid", message, code: 422 };
  server.inject({ kind: "status", status: 422, body }, { times: 1, matches: ({ method }) => method === "PATCH" });
  await releaseObject(client, service, signal);
  const last = server.requests.findLast(({ method }) => method === "PATCH");
  expect(JSON.parse(last?.body ?? "")).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "helloworld", namespace: "sample", labels: { app: "helloworld" }, annotations: {} },
    spec: { ports: [{ port: 5000 }] },
  });
  expect(last?.url).toContain("force=true");
});
