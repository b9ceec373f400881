import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, IstioSettings, Mesh } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { hasNamedGateway } from "../routing/east-west-place.ts";
import { clusterLocalHosts, clusterLocalValues } from "./cluster-local.ts";
import type { Platform } from "./materials.ts";
import { ingressStats } from "./latency-stats.ts";
import { mergeValues } from "./merge-values.ts";
import { gatewayHealthPort, gatewayProbe } from "./gateway-probe.ts";
import { meshNetworksValues, unannouncedService } from "./mesh-networks.ts";
import { crossNetworkPort, eastWestGateway, ingressGateway, istioNamespace, networkLabel } from "./names.ts";
import { gatewaySettings, needsCni, podSecurityComponents, podSecurityValues } from "./pod-security.ts";

/** The name of the IstioOperator that has the east-west gateway; the control plane's is the mesh's. */
export const eastWestOperator = "eastwest";

/** The IstioOperators of one cluster: input of Istio's renderer, or objects for its in-cluster operator. */
export interface IstioOperators {
  readonly controlPlane: KubeObject;
  /** Left out where the mesh file names a gateway that is there. */
  readonly eastWest?: KubeObject;
}

/**
 * The IstioOperators of a cluster. Mesh ID, cluster name and network come
 * from one place, so that the five places that must agree (facts/pains 7, 13)
 * cannot differ. Merge order of values: ours, the platform's, the user's.
 */
export function renderIstioOperators(mesh: Mesh, cluster: Cluster, platform: Platform): IstioOperators {
  return {
    controlPlane: {
      apiVersion: "install.istio.io/v1alpha1",
      kind: "IstioOperator",
      metadata: { name: mesh.name, namespace: istioNamespace },
      spec: {
        profile: mesh.istio.profile,
        ...imagesOf(mesh, platform),
        ...(needsCni(mesh) ? { components: podSecurityComponents(mesh) } : {}),
        values: controlPlaneValues(mesh, cluster, platform),
      },
    },
    ...(hasNamedGateway(cluster) ? {} : { eastWest: eastWestOperatorOf(mesh, cluster, platform) }),
  };
}

function eastWestOperatorOf(mesh: Mesh, cluster: Cluster, platform: Platform): KubeObject {
  return {
    apiVersion: "install.istio.io/v1alpha1",
    kind: "IstioOperator",
    metadata: { name: eastWestOperator, namespace: istioNamespace },
    spec: {
      profile: "empty",
      ...imagesOf(mesh, platform),
      components: { ingressGateways: [eastWestComponent(mesh, cluster)] },
      values: mergeValues(
        {
          gateways: { "istio-ingressgateway": { injectionTemplate: "gateway" } },
          global: { network: cluster.network },
        },
        platform.values,
        mesh.istio.values ?? {},
      ),
    },
  };
}

/** The values of a control plane: identity, hardening, the platform's, and the user's over all. */
function controlPlaneValues(mesh: Mesh, cluster: Cluster, platform: Platform): { readonly [key: string]: Json } {
  const multiCluster = {
    clusterName: cluster.name,
    ...(effectiveRelease(mesh.istio.version).multiClusterSwitch ? { enabled: true } : {}),
  };
  return mergeValues(
    { global: { meshID: mesh.name, multiCluster, network: cluster.network } },
    validatorValues(mesh),
    clusterLocalValues(clusterLocalHosts(mesh)),
    meshNetworksValues(mesh, cluster),
    podSecurityValues(mesh),
    { gateways: { [ingressGateway]: ingressStats(mesh, platform.values) } },
    platform.values,
    mesh.istio.values ?? {},
  );
}

/**
 * Asks for the webhook `istiod-default-validator`, which holds objects without
 * a revision to Istio's rules. `istioctl install` makes it as a step of its
 * own; `istioctl manifest generate` and the in-cluster operator make it of this
 * value only, since Istio's profiles unset the charts' default
 * (https://github.com/istio/istio/issues/38834, issue 43893). All releases from
 * 1.12 on have the value. Rancher's chart runs `istioctl install`.
 */
function validatorValues(mesh: Mesh): { readonly [key: string]: Json } {
  return mesh.istio.install === "rancher" ? {} : { defaultRevision: revisionOf(mesh.istio.values) ?? "default" };
}

/** The revision of the control plane that values ask for; undefined for the unnamed one. */
export function revisionOf(values: IstioSettings["values"]): string | undefined {
  const revision = values?.["revision"];
  return typeof revision === "string" && revision !== "" ? revision : undefined;
}

function imagesOf(mesh: Mesh, platform: Platform): { readonly tag: string; readonly hub?: string } {
  const hub = mesh.istio.hub ?? platform.hub;
  return { tag: mesh.istio.version, ...(hub === undefined ? {} : { hub }) };
}

/** The gateway for traffic from other networks, as a component of an IstioOperator. */
export function eastWestComponent(mesh: Mesh, cluster: Cluster): Json {
  return {
    name: eastWestGateway,
    enabled: true,
    label: { istio: "eastwestgateway", app: eastWestGateway, [networkLabel]: cluster.network },
    k8s: {
      // Limits the gateway to endpoints of its own network: it never forwards to another gateway (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
      env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: cluster.network }],
      readinessProbe: gatewayProbe,
      ...gatewaySettings(mesh),
      ...unannouncedService(cluster),
      service: {
        ports: [
          { name: "status-port", port: gatewayHealthPort, targetPort: gatewayHealthPort },
          { name: "tls", port: crossNetworkPort, targetPort: crossNetworkPort },
          { name: "tls-istiod", port: 15012, targetPort: 15012 },
          { name: "tls-webhook", port: 15017, targetPort: 15017 },
        ],
      },
    },
  };
}
