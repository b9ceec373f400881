import type { Fault } from "../fault.ts";
import { cause, drop, on, put } from "../fault.ts";

const istio = "istio-system";

/** Addresses that lead elsewhere. */
export const addressFaults: readonly Fault[] = [
  {
    what: "the Service of the ingress gateway announces itself as a gateway of its network in west",
    inject: async () => on("west", istio, "label service istio-ingressgateway topology.istio.io/network=west-net"),
    causes: [cause("west", "ISM556")],
    undo: async () => on("west", istio, "label service istio-ingressgateway topology.istio.io/network-"),
  },
  {
    what: "a label of the east-west Service of east names another port for other networks",
    inject: async () => on("east", istio, "label service istio-eastwestgateway networking.istio.io/gatewayPort=15444"),
    causes: [cause("east", "ISM556")],
    folds: ["ISM438"],
    says: "15444",
    undo: async () => on("east", istio, "label service istio-eastwestgateway networking.istio.io/gatewayPort-"),
  },
  {
    what: "the Service without a route is an alias of another name in west",
    inject: async () => {
      await drop("west", "back", "service/data");
      await put("west", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "data", namespace: "back" },
        spec: { type: "ExternalName", externalName: "data.example.com", ports: [{ name: "http", port: 7000 }] },
      });
    },
    causes: [cause("west", "ISM454")],
    undo: async () => drop("west", "back", "service/data"),
  },
];
