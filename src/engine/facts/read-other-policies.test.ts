import { expect, it } from "vitest";
import { readOtherPolicies } from "./read-other-policies.ts";
import { signal, wireCluster } from "./testing/wire-cluster.ts";

const cilium = {
  apiVersion: "cilium.io/v2",
  kind: "CiliumNetworkPolicy",
  plural: "ciliumnetworkpolicies",
  namespaced: true,
};
const admin = {
  apiVersion: "policy.networking.k8s.io/v1alpha1",
  kind: "AdminNetworkPolicy",
  plural: "adminnetworkpolicies",
  namespaced: false,
};

it("finds policies of other kinds, of the whole cluster and of the mesh's namespaces, where the cluster has such kinds", async () => {
  const at = (kind: typeof cilium, metadata: object): never =>
    ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata }) as never;
  const { client, server } = await wireCluster(
    [
      at(cilium, { namespace: "shop", name: "deny" }),
      at(cilium, { namespace: "elsewhere", name: "deny" }),
      at(admin, { name: "guard" }),
    ],
    { kinds: [cilium, admin] },
  );
  expect(await readOtherPolicies(client, ["istio-system", "shop"], signal)).toEqual([
    "AdminNetworkPolicy guard",
    "CiliumNetworkPolicy shop/deny",
  ]);
  // Where it may not be read which groups there are, each is asked for.
  server.inject({ kind: "status", status: 403 }, { times: 1, matches: ({ url }) => url === "/apis" });
  expect(await readOtherPolicies(client, ["istio-system", "shop"], signal)).toHaveLength(2);
});

it("finds none where the cluster has no such kinds", async () => {
  const { client, server } = await wireCluster([]);
  expect(await readOtherPolicies(client, ["istio-system"], signal)).toEqual([]);
  expect(server.requests.map(({ url }) => url)).toEqual(["/apis"]);
});
