import { expect, it } from "vitest";
import { otherProtocol } from "./port-protocol.ts";

it.each([
  ["nothing", {}, undefined],
  ["a name without protocol", { name: "web" }, undefined],
  ["http-web", { name: "http-web" }, undefined],
  ["grpc", { name: "grpc" }, undefined],
  ["tcp", { name: "tcp" }, "tcp"],
  ["redis-cache", { name: "redis-cache" }, "redis"],
  ["a name that only begins like a protocol", { name: "tcpish" }, undefined],
  ["appProtocol before the name", { name: "tcp-old", appProtocol: "http" }, undefined],
  ["appProtocol https", { name: "web", appProtocol: "https" }, "https"],
  ["appProtocol kubernetes.io/h2c", { appProtocol: "kubernetes.io/h2c" }, undefined],
])("of a port that is called %s", (_, port, protocol) => {
  expect(otherProtocol(port)).toBe(protocol);
});
