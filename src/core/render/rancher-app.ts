import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { writeYaml } from "../model/object-yaml.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { hasNamedGateway } from "../routing/east-west-place.ts";
import { eastWestComponent, renderIstioOperators } from "./istio-operator.ts";
import type { Platform } from "./materials.ts";
import { ingressGateway, istioNamespace } from "./names.ts";
import { gatewaySettings } from "./pod-security.ts";
import type { Wave } from "./waves.ts";

/** The chart of Rancher's catalog that installs Istio, which is the release's name too. */
export const rancherChart = "rancher-istio";

/** The ClusterRepo that has the chart. Not Rancher's own `rancher-charts`, which follows the server's release and lost the older charts. */
export const rancherRepo = "isthmus-rancher-charts";

/** Branches of rancher/charts by the first number of a chart's version, which counts Rancher's minor releases from 2.6 on. */
const branches: Readonly<Record<string, string>> = { "100": "release-v2.6", "104": "release-v2.9" };

/**
 * What `install: rancher` asks of Rancher's catalog: a ClusterRepo that has
 * the chart, and the App, which Rancher makes when the chart is installed. The
 * App is not applied like other objects: Rancher's API installs or upgrades
 * the chart until the App is as asked here (docs/rancher-double.md).
 *
 * The chart is a Job around istioctl; the overlay file is an IstioOperator,
 * with the east-west gateway as a second ingress gateway.
 */
export function renderRancherApp(mesh: Mesh, cluster: Cluster, platform: Platform): (readonly [Wave, KubeObject])[] {
  const version = effectiveRelease(mesh.istio.version).rancherChart ?? "";
  return [
    [
      "definitions",
      {
        apiVersion: "catalog.cattle.io/v1",
        kind: "ClusterRepo",
        metadata: { name: rancherRepo },
        spec: {
          gitRepo: "https://git.rancher.io/charts",
          gitBranch: branches[version.split(".")[0] ?? ""] ?? "",
        },
      },
    ],
    [
      "control-plane",
      {
        apiVersion: "catalog.cattle.io/v1",
        kind: "App",
        metadata: { name: rancherChart, namespace: istioNamespace },
        spec: {
          name: rancherChart,
          namespace: istioNamespace,
          chart: { metadata: { name: rancherChart, version } },
          values: chartValues(mesh, cluster, platform),
        },
      },
    ],
  ];
}

function chartValues(mesh: Mesh, cluster: Cluster, platform: Platform): { readonly [key: string]: Json } {
  return {
    // The chart's own switches for what it installs beside Istio; a mesh asks for none of it.
    kiali: { enabled: false },
    tracing: { enabled: false },
    overlayFile: writeYaml(overlay(mesh, cluster, platform)),
  };
}

function overlay(mesh: Mesh, cluster: Cluster, platform: Platform): object {
  const { controlPlane } = renderIstioOperators(mesh, cluster, platform);
  const { metadata: _metadata, ...rest } = controlPlane;
  const k8s = gatewaySettings(mesh);
  const ingress = { name: ingressGateway, enabled: true, ...("securityContext" in k8s ? { k8s } : {}) };
  const spec = rest["spec"] as { readonly components?: { readonly [key: string]: Json } };
  return {
    ...rest,
    spec: {
      ...spec,
      components: {
        ...spec.components,
        ingressGateways: [ingress, ...(hasNamedGateway(cluster) ? [] : [eastWestComponent(mesh, cluster)])],
      },
    },
  };
}

/** True for the App of Istio's chart: what Rancher's API installs instead of an apply. */
export function isCatalogApp(object: KubeObject): boolean {
  return object.apiVersion === "catalog.cattle.io/v1" && object.kind === "App";
}
