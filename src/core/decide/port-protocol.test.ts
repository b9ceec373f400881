import { expect, it } from "vitest";
import { otherProtocol, spokenProtocol } from "./port-protocol.ts";

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
  ["appProtocol https-old", { name: "http", appProtocol: "https-old" }, "https"],
  ["an appProtocol that hides the name", { name: "tcp-db", appProtocol: "example.com/db" }, undefined],
  ["nothing at the port of MySQL", { name: "web", port: 3306 }, "tcp"],
  ["nothing that Istio knows there", { name: "http", appProtocol: "example.com/own", port: 3306 }, "tcp"],
  ["http at the port of MySQL", { name: "http", port: 3306 }, undefined],
  ["nothing at another port", { name: "web", port: 3307 }, undefined],
  ["appProtocol kubernetes.io/h2c", { appProtocol: "kubernetes.io/h2c" }, undefined],
])("of a port that is called %s", (_, port, protocol) => {
  expect(otherProtocol(port)).toBe(protocol);
});

it.each<
  readonly [{ readonly name?: string; readonly appProtocol?: string; readonly port?: number }, string | undefined]
>([
  [{ name: "http" }, "http"],
  [{ name: "grpc-web-shop" }, "http"],
  [{ appProtocol: "http_proxy", port: 3306 }, "http"],
  [{ name: "grpc-webhook" }, "http"],
  [{ name: "grpc-hook" }, "http2"],
  [{ name: "grpc", appProtocol: "grpc-webhook" }, "http"],
  [{ appProtocol: "kubernetes.io/H2C" }, undefined],
  [{ appProtocol: "HTTP" }, "http"],
  [{ name: "grpc" }, "http2"],
  [{ name: "http", appProtocol: "grpc" }, "http2"],
  [{ name: "http", appProtocol: "kubernetes.io/h2c" }, "http2"],
  [{ name: "http", appProtocol: "tcp" }, "tcp"],
  [{ name: "admin" }, undefined],
])("says what proxies speak at %o", (port, spoken) => {
  expect(spokenProtocol(port)).toBe(spoken);
});
