import type { ControlPlane, InstalledIstio } from "../model/installed-istio.ts";

/** The control plane of a cluster that fits the mesh of `two-clusters.ts`. */
export function controlPlane(cluster: string, changed: Partial<ControlPlane> = {}): ControlPlane {
  return {
    namespace: "istio-system",
    name: "istiod",
    revision: "default",
    tags: [],
    version: "1.31.0",
    tool: "helm",
    release: { name: "istiod", namespace: "istio-system" },
    values: { meshID: "sandbox", clusterName: cluster, network: `${cluster}-net` },
    trustDomain: "cluster.local",
    clusterLocal: [],
    own: false,
    ...changed,
  };
}

/** What somebody has installed in a cluster, so that it fits the mesh of `two-clusters.ts`. */
export function installation(cluster: string, changed: Partial<InstalledIstio> = {}): InstalledIstio {
  const namespace = "istio-system";
  return {
    controlPlanes: [controlPlane(cluster)],
    gateways: [
      { namespace, name: "istio-ingressgateway", selector: { istio: "ingressgateway" } },
      { namespace, name: "istio-eastwestgateway", network: `${cluster}-net`, selector: { istio: "eastwestgateway" } },
    ],
    eastWestDeployment: true,
    readerAccount: true,
    roots: ["AB"],
    injection: {},
    ...changed,
  };
}
