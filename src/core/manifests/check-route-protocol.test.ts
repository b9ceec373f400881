import { describe, expect, it } from "vitest";
import type { Route } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkRouteProtocol } from "./check-route-protocol.ts";

const service = twoClusters.services[0] ?? expect.fail("no service");
const route = service.routes[0] ?? expect.fail("no route");
const inside: Route = { ...route, name: "inside", gateways: ["mesh"] };
const connections: Route = { ...inside, protocol: "tcp" };
const object = { apiVersion: "v1", kind: "Service", metadata: { name: service.name } };

const look = (port: object, ...routes: readonly Route[]) =>
  checkRouteProtocol({ ...service, routes }, object, { port: 80, ...port }).map(
    ({ code, severity, detail }) => `${severity} ${code} ${/is (\S+) to Istio \(.*?\)/.exec(detail)?.[0]}`,
  );

describe("a route inside the mesh whose port carries something else", () => {
  it.each([
    ["a name for TCP", { name: "tcp-web" }, "is tcp to Istio (its name is tcp-web)"],
    ["a name for a protocol over TCP", { name: "mysql" }, "is mysql to Istio (its name is mysql)"],
    ["TLS of the pods' own", { name: "https" }, "is https to Istio (its name is https)"],
    [
      "an appProtocol, which goes before the name",
      { name: "http", appProtocol: "tcp" },
      "is tcp to Istio (its appProtocol is tcp)",
    ],
    [
      "the number of a protocol over TCP, and a name that says nothing",
      { port: 3306, name: "web" },
      "is tcp to Istio (which it takes this number for where neither name nor appProtocol says another)",
    ],
  ])("is refused for requests at a port with %s", (_, port, words) => {
    expect(look(port, inside)).toEqual([`error ISM589 ${words}`]);
  });

  it("is refused for connections at a port of HTTP", () => {
    expect(look({ name: "http-web" }, connections)).toEqual(["error ISM589 is http to Istio (its name is http-web)"]);
    expect(look({ name: "grpc" }, connections)).toEqual(["error ISM589 is http2 to Istio (its name is grpc)"]);
  });

  it.each([
    ["requests at HTTP", { name: "http" }, inside],
    ["requests at gRPC", { name: "a", appProtocol: "grpc" }, inside],
    ["requests at HTTP by the number of another protocol", { port: 3306, name: "http" }, inside],
    ["requests at a port of which sidecars find out", { name: "web" }, inside],
    ["requests at a port without a name", {}, inside],
    ["connections at TCP", { name: "mysql" }, connections],
    ["connections at a port without a name", {}, connections],
    ["requests at a gateway, whatever the port", { name: "tcp-web" }, { ...inside, gateways: ["front"] }],
  ])("is none for %s", (_, port, one) => {
    expect(look(port, one)).toEqual([]);
  });

  it("is not asked for where the Service has no such port", () => {
    expect(checkRouteProtocol({ ...service, routes: [inside] }, object, undefined)).toEqual([]);
  });
});
