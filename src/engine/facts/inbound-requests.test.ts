import { expect, it } from "vitest";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { readInboundRequests } from "./inbound-requests.ts";
import { signal } from "./testing/wire-cluster.ts";

const pod = { namespace: "sample", name: "helloworld-v1" };

function page(status: number, body: object): string {
  const text = JSON.stringify(body);
  return `HTTP/1.1 ${status} OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

function host(active: string | undefined, total: string): object {
  // Envoy leaves a value out that is 0.
  return {
    stats: [
      { name: "rq_active", ...(active === undefined ? {} : { value: active }) },
      { name: "rq_total", value: total },
    ],
  };
}

it("adds up what came in over all ports of a pod, and nothing that it has sent", async () => {
  const body = {
    cluster_statuses: [
      { name: "inbound|5000||", host_statuses: [host("2", "40")] },
      { name: "inbound|8080||", host_statuses: [host(undefined, "2")] },
      { name: "inbound|9090||" },
      { name: "outbound|5000|v1|helloworld.sample.svc.cluster.local", host_statuses: [host("7", "700")] },
    ],
  };
  const { client } = await connectFake({ api: { podResponse: () => page(200, body) } });
  expect(await readInboundRequests(client, pod, signal)).toEqual({ active: 2, total: 42 });
});

it("rejects where the sidecar gives no such page", async () => {
  const { client } = await connectFake({ api: { podResponse: () => page(503, {}) } });
  await expect(readInboundRequests(client, pod, signal)).rejects.toThrow("answered 503");
});
