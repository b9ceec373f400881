import { expect, it } from "vitest";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import type { SeenRequest } from "../../../kube/fake/faults.ts";
import { touchStuckNamespaces } from "./stuck-namespaces.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";

const { signal } = new AbortController();
const sample: KubeObject = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "sample", labels: { "istio-injection": "enabled" } },
};
const root = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "istio-ca-root-cert", namespace: "sample" },
};
const isPatch = ({ method }: SeenRequest): boolean => method === "PATCH";

/** Looks at a pending Deployment of a namespace at these seconds; gives what was said each time. */
async function looks(
  client: KubeClient,
  seconds: readonly number[],
  namespace = "sample",
): Promise<readonly (string | undefined)[]> {
  let now = 0;
  const handle = touchStuckNamespaces(client, [sample], { force: () => false, now: () => now * 1000 });
  const pending = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "helloworld-v1", namespace } };
  const said: (string | undefined)[] = [];
  for (now of seconds) {
    said.push(await handle(pending, signal));
  }
  return said;
}

it("writes a namespace again that has had no root certificate of istiod for ten seconds", async () => {
  const { server, client } = await connectFake();
  expect(await looks(client, [0, 8, 10, 12])).toEqual([
    undefined,
    undefined,
    "istiod has not written ConfigMap istio-ca-root-cert into namespace sample; the namespace was written again, so that it looks",
    undefined,
  ]);
  expect(server.requests.filter(isPatch).map(({ body }) => (JSON.parse(body) as KubeObject).metadata)).toEqual([
    { ...sample.metadata, annotations: { "isthmus.dev/woken": "1970-01-01T00:00:10.000Z" } },
    sample.metadata,
  ]);
});

it("leaves a namespace alone that has it, whatever its workloads wait for", async () => {
  const { server, client } = await connectFake();
  server.put(root);
  expect(await looks(client, [0, 60])).toEqual([undefined, undefined]);
  expect(server.requests.filter(isPatch)).toEqual([]);
});

it("leaves a namespace alone that is not part of the mesh", async () => {
  const { server, client } = await connectFake();
  expect(await looks(client, [0, 60], "theirs")).toEqual([undefined, undefined]);
  expect(server.requests).toEqual([]);
});

it("says nothing where the ConfigMap cannot be read", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "status", status: 403 }, { times: Infinity });
  expect(await looks(client, [0, 60])).toEqual([undefined, undefined]);
});

it("says why the namespace cannot be written", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "status", status: 403 }, { matches: isPatch });
  const [, said] = await looks(client, [0, 10]);
  expect(said).toMatch(/into namespace sample, and the namespace cannot be written again: apply .*: injected fault$/);
});
