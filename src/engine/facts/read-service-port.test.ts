import { expect, it } from "vitest";
import { readServicePort } from "./read-service-port.ts";

it("reads all of a Service's port", () => {
  const port = { port: 80, name: "web", appProtocol: "http2", protocol: "UDP", targetPort: "http" };
  expect(readServicePort(port)).toEqual(port);
});

it("fills in what Kubernetes takes where nothing is said", () => {
  expect(readServicePort({ port: 80 })).toEqual({ port: 80, protocol: "TCP", targetPort: 80 });
});
