import { expect, it } from "vitest";
import { endpointSeenFrom } from "./seen-endpoint.ts";

it("goes by the reader's own address, then by that for all, then by nobody's", () => {
  const endpoint = "https://api.example:6443";
  const tunnel = { server: "https://10.0.0.1:16443", tlsServerName: "kubernetes" };
  expect(endpointSeenFrom({ endpoint, endpointSeenFrom: { west: tunnel } }, "west")).toEqual(tunnel);
  expect(endpointSeenFrom({ endpoint, endpointSeenFrom: { west: tunnel } }, "north")).toEqual({ server: endpoint });
  expect(endpointSeenFrom({ endpointSeenFrom: { west: tunnel } }, "north")).toBeUndefined();
});
