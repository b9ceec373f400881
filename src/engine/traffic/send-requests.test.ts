import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { expect, it } from "vitest";
import { keyOf, makeCertificate } from "../../pki/testing/make-certificate.ts";
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

it("asks a gateway for the certificate of the name it was given, whatever host the request is for", async () => {
  const certificate = await makeCertificate({ name: "shop.example", ca: false, hosts: ["shop.example"] });
  const asked: string[] = [];
  const server = createTlsServer(
    { cert: certificate.pem, key: (await keyOf(certificate)).expose() },
    (request, response) => {
      asked.push(
        [(request.socket as TLSSocket & { readonly servername?: string }).servername, request.headers.host].join(" "),
      );
      response.writeHead(404).end();
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const input = {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    request: { hosts: ["isthmus-health.invalid"], path: "/", method: "GET", headers: {} },
    requests: 1,
    userAgent: "test",
  };
  try {
    await sendRequests({ ...input, servername: "shop.example" }, new AbortController().signal);
    await sendRequests(input, new AbortController().signal);
  } finally {
    server.close();
  }
  expect(asked).toEqual(["shop.example isthmus-health.invalid", "isthmus-health.invalid isthmus-health.invalid"]);
});
