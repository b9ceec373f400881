import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import { announcesAddresses, hasNamedGateway } from "../routing/east-west-place.ts";
import type { Locate } from "./route-order.ts";

/**
 * Where Istio's in-cluster operator has to take the network's label off a
 * gateway's Service, since the mesh file says where the gateway is reached
 * (ISM756): the operator ended with Istio 1.24, and this was never seen at work.
 * For `validate` alone: nobody can do anything about it, so that a plan would never be quiet.
 */
export function adviseOperatorOverlay({ istio, clusters }: Mesh, locate?: Locate): readonly Diagnostic[] {
  return istio.install !== "operator"
    ? []
    : clusters.flatMap((cluster, index) =>
        !announcesAddresses(cluster) || hasNamedGateway(cluster)
          ? []
          : [
              {
                ...warningOf("ISM756"),
                detail: `isthmus asks Istio's operator in ${cluster.name} for a Service istio-system/istio-eastwestgateway without the label topology.istio.io/network, by an overlay of the IstioOperator. With istioctl that was seen to work; with the operator it was never run. While the label is there, istiods go by the Service's own addresses.`,
                fix: "See with isthmus check after the first apply: it names a label that is there (ISM419).",
                ...(locate === undefined ? {} : { range: locate(["spec", "clusters", index, "eastWest"]) }),
              },
            ],
      );
}
