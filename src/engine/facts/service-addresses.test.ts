import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { serviceAddresses } from "./service-addresses.ts";
import { wireObject } from "./testing/wire-cluster.ts";

const service = (rest: Readonly<Record<string, unknown>>): KubeObject =>
  wireObject("Service", { namespace: "istio-system", name: "gateway" }, rest) as KubeObject;

it("reads addresses and host names of a load balancer, and external addresses", () => {
  const object = service({
    spec: { externalIPs: ["198.51.100.1"] },
    status: { loadBalancer: { ingress: [{ ip: "203.0.113.1" }, { hostname: "lb.example" }, {}] } },
  });
  expect(serviceAddresses(object)).toEqual(["203.0.113.1", "lb.example", "198.51.100.1"]);
});

it("reads none while there is none", () => {
  expect(serviceAddresses(service({ spec: { type: "LoadBalancer" }, status: { loadBalancer: {} } }))).toEqual([]);
  expect(serviceAddresses(service({}))).toEqual([]);
});
