import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readRouting } from "./read-routing.ts";

const { signal } = new AbortController();
const apiVersion = "networking.istio.io/v1";

const kinds = ["Gateway", "DestinationRule", "VirtualService"].map((kind) => ({
  apiVersion,
  kind,
  plural: `${kind.toLowerCase()}s`,
  namespaced: true,
}));

const route = (name: string, namespace: string, managedFields: readonly object[]): never =>
  ({ apiVersion, kind: "VirtualService", metadata: { name, namespace, managedFields }, spec: {} }) as never;

it("tells who wrote what last, newest first, by the writes of the object and not of its status", async () => {
  const { server, client } = await connectFake({ api: { kinds } });
  server.put(
    route("a", "sample", [
      { manager: "isthmus", time: "2026-11-01T00:00:00Z" },
      { manager: "istiod", time: "2026-11-03T00:00:00Z", subresource: "status" },
    ]),
  );
  server.put(route("b", "elsewhere", [{ manager: "kubectl-edit", time: "2026-11-02T00:00:00Z" }]));
  const { writtenLast, virtualServices } = await readRouting(client, { apiVersion }, signal);
  expect(virtualServices.map((one) => one.namespace).toSorted()).toEqual(["elsewhere", "sample"]);
  expect(writtenLast).toEqual([
    { kind: "VirtualService", namespace: "elsewhere", name: "b", at: "2026-11-02T00:00:00Z", by: "kubectl-edit" },
    { kind: "VirtualService", namespace: "sample", name: "a", at: "2026-11-01T00:00:00Z", by: "isthmus" },
  ]);
});

it("gives nothing where Istio is not installed", async () => {
  const { client } = await connectFake();
  expect(await readRouting(client, { apiVersion: "networking.example/v1" }, signal)).toEqual({
    gateways: [],
    destinationRules: [],
    virtualServices: [],
    writtenLast: [],
  });
});
