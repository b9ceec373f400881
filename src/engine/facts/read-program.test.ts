import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { listDeployments, readProgram } from "./read-program.ts";

const { signal } = new AbortController();
const labels = { app: "program", role: "program" };

function deployment(spec: object = {}) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "program", namespace: "beside", labels },
    spec: { template: { metadata: { labels }, spec: { containers: [], ...spec } } },
  };
}

it("finds a Deployment by any of the labels, and has it once", async () => {
  const { server, client } = await connectFake();
  server.put(deployment());
  const found = await listDeployments(client, ["app=program", "role=program", "app=another"], signal);
  expect(found.map(({ metadata }) => metadata.name)).toEqual(["program"]);
});

it("has the labels of the pods and the policies of the namespace, none of which concern a pod in its node's network", async () => {
  const { server, client } = await connectFake();
  const own = { namespace: "beside", name: "program", labels };
  expect(await readProgram(client, deployment(), signal)).toEqual(own);
  server.put({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "nothing", namespace: "beside" },
    spec: { podSelector: {}, policyTypes: ["Egress"] },
  });
  expect(await readProgram(client, deployment(), signal)).toMatchObject({
    ...own,
    networkPolicies: [{ namespace: "beside", name: "nothing", egress: [] }],
  });
  expect(await readProgram(client, deployment({ hostNetwork: true }), signal)).toEqual(own);
});

it("says where the policies may not be listed", async () => {
  const { server, client } = await connectFake();
  server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("networkpolicies") });
  expect(await readProgram(client, deployment(), signal)).toEqual({
    namespace: "beside",
    name: "program",
    labels,
    policiesUnread: true,
  });
});
