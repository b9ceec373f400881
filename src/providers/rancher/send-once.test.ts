import { expect, it, onTestFinished } from "vitest";
import { createConnections } from "../../kube/wire/connections.ts";
import { contextOfRancher } from "./rancher-context.ts";
import type { RancherRequest } from "./rancher-wire.ts";
import type { RawAnswer } from "./send-once.ts";
import { sendOnce } from "./send-once.ts";
import type { RancherStub } from "./testing/rancher-stub.ts";
import { startRancherStub, stubToken } from "./testing/rancher-stub.ts";
import { accessTo } from "./testing/stub-client.ts";

const { signal } = new AbortController();
const limits = { connectTimeoutMs: 60_000 };

async function start(): Promise<{
  readonly stub: RancherStub;
  readonly send: (wire: Pick<RancherRequest, "method" | "path" | "body" | "authorized">) => Promise<RawAnswer>;
}> {
  const stub = await startRancherStub();
  const access = accessTo(stub);
  const connections = createConnections(contextOfRancher(access), limits);
  onTestFinished(async () => {
    await connections.close();
    await stub.close();
  });
  const timeoutMs = 60_000;
  return {
    stub,
    send: async (wire) =>
      sendOnce(access, { ...wire, subject: "try", signal }, { dispatcher: await connections.get({}), timeoutMs }),
  };
}

it("sends the token and the body, and gives an answer of any status as it is", async () => {
  const { stub, send } = await start();
  stub.on("POST /v3/tokens", () => ({ status: 422, headers: { "x-one": "1" }, body: "no such field" }));
  const answer = await send({ method: "POST", path: "/v3/tokens?a=b", body: { type: "token" } });
  expect(answer).toMatchObject({ status: 422, headers: { "x-one": "1" }, text: "no such field" });
  expect(stub.requests).toEqual([
    { method: "POST", url: "/v3/tokens?a=b", authorization: `Bearer ${stubToken}`, body: '{"type":"token"}' },
  ]);
});

it("sends no token where the request is to have none", async () => {
  const { stub, send } = await start();
  expect((await send({ method: "GET", path: "/rancherversion", authorized: false })).status).toBe(200);
  expect(stub.requests).toMatchObject([{ authorization: undefined, body: "" }]);
});
