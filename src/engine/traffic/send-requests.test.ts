import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { sendRequests } from "./send-requests.ts";

async function answersOf(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const request = { hosts: ["a.example"], path: "/", method: "POST", headers: { "content-type": "application/grpc" } };
  const input = { origin: `http://127.0.0.1:${port}`, request, requests: 3, userAgent: "test" };
  try {
    return await sendRequests(input, new AbortController().signal);
  } finally {
    server.close();
  }
}

it("knows what Envoy answers to a gRPC request in the application's place", async () => {
  const groups = await answersOf((_, response) => {
    response.writeHead(200, {
      "content-type": "application/grpc",
      "grpc-status": "14",
      "grpc-message": "no healthy upstream",
      "x-envoy-upstream-service-time": "1",
    });
    response.end();
  });
  expect(groups).toEqual([
    {
      host: "",
      count: 3,
      outcome: { kind: "answered", status: 200, fromUpstream: true, local: "no healthy upstream", grpcError: true },
    },
  ]);
});

it("takes what a gRPC application says of itself for its answer", async () => {
  const groups = await answersOf((_, response) => {
    response.writeHead(200, { "grpc-status": "5", "grpc-message": "no such order" }).end();
  });
  expect(groups).toMatchObject([{ count: 3, outcome: { status: 200, fromUpstream: false, local: "" } }]);
  expect(groups[0]?.outcome).not.toHaveProperty("grpcError");
});
