import { controlPlaneOf, defaultRevision } from "../model/installed-istio.ts";
import type { InstalledIstio } from "../model/installed-istio.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster } from "../model/mesh.ts";
import { gatewayHealthPort, gatewayProbe } from "./gateway-probe.ts";
import { crossNetworkPort, eastWestGateway, istioNamespace, networkLabel } from "./names.ts";

/**
 * An east-west gateway for a cluster whose Istio somebody else has installed
 * without one: what Istio's gateway chart makes of `networkGateway` (
 * https://github.com/istio/istio/tree/master/manifests/charts/gateway), without
 * the ports that only remote clusters without an istiod use, and without
 * autoscaling. The injector of the installed istiod gives the image and all
 * settings, so that the gateway has the version of the others
 * (https://istio.io/latest/docs/setup/additional-setup/gateway/).
 */
export function renderEastWestGateway(cluster: Cluster, installed: InstalledIstio | undefined): readonly KubeObject[] {
  const metadata = { name: eastWestGateway, namespace: istioNamespace };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...metadata, labels } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...metadata, labels },
      spec: { selector: { matchLabels: labels }, template: podTemplate(cluster, installed) },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: { ...labels, [networkLabel]: cluster.network } },
      spec: {
        type: "LoadBalancer",
        selector: labels,
        ports: [
          { name: "status-port", port: gatewayHealthPort, targetPort: gatewayHealthPort, protocol: "TCP" },
          { name: "tls", port: crossNetworkPort, targetPort: crossNetworkPort, protocol: "TCP" },
        ],
      },
    },
  ];
}

const labels = { app: eastWestGateway, istio: "eastwestgateway" };

function podTemplate(cluster: Cluster, installed: InstalledIstio | undefined): Json {
  const revision = controlPlaneOf(installed)?.revision ?? defaultRevision;
  return {
    metadata: {
      annotations: { "inject.istio.io/templates": "gateway" },
      labels: {
        ...labels,
        "sidecar.istio.io/inject": "true",
        // Without a label of the namespace, the webhook of a revision goes by the pod's.
        ...(revision === defaultRevision ? {} : { "istio.io/rev": revision }),
        [networkLabel]: cluster.network,
      },
    },
    spec: {
      serviceAccountName: eastWestGateway,
      containers: [
        {
          name: "istio-proxy",
          image: "auto",
          // Kubernetes would take `auto` for a tag that moves, and pull the injected image at every start.
          imagePullPolicy: "IfNotPresent",
          env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: cluster.network }],
          ports: [{ name: "http-envoy-prom", containerPort: 15090, protocol: "TCP" }],
          readinessProbe: gatewayProbe,
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            privileged: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
          },
        },
      ],
    },
  };
}
