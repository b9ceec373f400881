import { service } from "./changes.ts";
import type { MeshFault } from "./fault.ts";

/** Ports of Services that are not alike in two clusters. */
export const faultsOfPorts: readonly MeshFault[] = [
  {
    name: "west-service-speaks-http2",
    happens: service("west", "shop/orders", ({ servicePorts }) => ({
      servicePorts: servicePorts.map((port) => ({ ...port, appProtocol: "kubernetes.io/h2c" })),
    })),
    causes: ["warning ISM851 west"],
  },
  {
    name: "east-service-leads-to-a-port-that-no-pod-names",
    happens: service("east", "sample/helloworld", ({ servicePorts }) => ({
      servicePorts: servicePorts.map((port) => ({ ...port, targetPort: 5999 })),
    })),
    causes: ["error ISM852 east"],
  },
];
