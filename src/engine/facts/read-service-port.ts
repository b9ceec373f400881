import type { ServicePort } from "../../core/checks/pod-facts.ts";

/** A port of a Service as an API server tells it; older ones leave out what has a default. */
export type WireServicePort = Pick<ServicePort, "port"> & Partial<ServicePort>;

export function readServicePort({
  port,
  name,
  appProtocol,
  protocol = "TCP",
  targetPort = port,
}: WireServicePort): ServicePort {
  return {
    port,
    ...(name === undefined ? {} : { name }),
    ...(appProtocol === undefined ? {} : { appProtocol }),
    protocol,
    targetPort,
  };
}
