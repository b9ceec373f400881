import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { renderIstioOperators } from "./istio-operator.ts";
import type { Platform } from "./materials.ts";
import { istioNamespace, operatorNamespace } from "./names.ts";
import { operatorRules } from "./operator-rules.ts";
import type { Wave } from "./waves.ts";

const name = "istio-operator";
const account = { name, namespace: operatorNamespace };

/** Istio's own registry, for releases of the time when there was an operator. */
const defaultHub = "docker.io/istio";

/**
 * Istio's in-cluster operator and what it is told, for `install: operator`:
 * the objects of `istioctl operator init --hub --tag` (istio/istio,
 * manifests/charts/istio-operator, releases 1.12 to 1.23), then the two
 * IstioOperators as objects. The east-west one comes a wave later, when the
 * first says that the control plane is healthy: its gateway is injected.
 */
export function renderOperatorInstall(
  mesh: Mesh,
  cluster: Cluster,
  platform: Platform,
): (readonly [Wave, KubeObject])[] {
  const { controlPlane, eastWest } = renderIstioOperators(mesh, cluster, platform);
  const image = `${mesh.istio.hub ?? platform.hub ?? defaultHub}/operator:${mesh.istio.version}`;
  return [
    ["namespaces", namespace()],
    ["definitions", definition()],
    ["definitions", { apiVersion: "v1", kind: "ServiceAccount", metadata: { ...account } }],
    ["definitions", clusterRole()],
    ["definitions", clusterRoleBinding(name, name, account)],
    ...(effectiveRelease(mesh.istio.version).olderAccountLacksWasmPlugins ? wasmPluginsRule() : []),
    ["control-plane", service()],
    ["control-plane", deployment(image)],
    ["control-plane", controlPlane],
    ...(eastWest === undefined ? [] : [["gateways", eastWest] as const]),
  ];
}

function namespace(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: operatorNamespace,
      labels: { "istio-injection": "disabled", "istio-operator-managed": "Reconcile" },
    },
  };
}

function definition(): KubeObject {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "istiooperators.install.istio.io", labels: { release: "istio" } },
    spec: {
      group: "install.istio.io",
      scope: "Namespaced",
      names: {
        kind: "IstioOperator",
        listKind: "IstioOperatorList",
        plural: "istiooperators",
        singular: "istiooperator",
        shortNames: ["iop", "io"],
      },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          subresources: { status: {} },
          // The operator validates what it reads by its own types; the definition never had more than this.
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
          additionalPrinterColumns: [
            { name: "Revision", type: "string", jsonPath: ".spec.revision" },
            { name: "Status", type: "string", jsonPath: ".status.status" },
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
        },
      ],
    },
  };
}

function clusterRole(): KubeObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: operatorRules.map(({ apiGroups, resources, verbs = ["*"] }): Json => ({ apiGroups, resources, verbs })),
  };
}

function clusterRoleBinding(
  binding: string,
  role: string,
  subject: { readonly name: string; readonly namespace: string },
): KubeObject {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: binding },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", ...subject }],
  };
}

/**
 * What the runbook adds to ClusterRole istiod-istio-system by hand. That role
 * is the base chart's, for the older account istiod-service-account; istiod
 * runs as it only when an older installation is left over (docs/guides/from-the-runbook.md,
 * istio/istio issue 36886). A role of our own for that account mends the same
 * and leaves Istio's role, which the operator owns, as it is.
 */
function wasmPluginsRule(): (readonly [Wave, KubeObject])[] {
  const role = "isthmus-istiod-wasmplugins";
  return [
    [
      "definitions",
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRole",
        metadata: { name: role },
        rules: [{ apiGroups: ["extensions.istio.io"], resources: ["wasmplugins"], verbs: ["get", "watch", "list"] }],
      },
    ],
    ["definitions", clusterRoleBinding(role, role, { name: "istiod-service-account", namespace: istioNamespace })],
  ];
}

function service(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...account, labels: { name } },
    spec: {
      ports: [{ name: "http-metrics", port: 8383, targetPort: 8383, protocol: "TCP" }],
      selector: { name },
    },
  };
}

function deployment(image: string): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...account },
    spec: {
      replicas: 1,
      selector: { matchLabels: { name } },
      template: {
        metadata: { labels: { name } },
        spec: {
          serviceAccountName: name,
          containers: [
            {
              name,
              image,
              imagePullPolicy: "IfNotPresent",
              command: ["operator", "server"],
              env: [
                { name: "WATCH_NAMESPACE", value: istioNamespace },
                { name: "LEADER_ELECTION_NAMESPACE", value: operatorNamespace },
                { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
                { name: "OPERATOR_NAME", value: operatorNamespace },
                { name: "WAIT_FOR_RESOURCES_TIMEOUT", value: "300s" },
                { name: "REVISION", value: "" },
              ],
              resources: { limits: { cpu: "200m", memory: "256Mi" }, requests: { cpu: "50m", memory: "128Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ["ALL"] },
                privileged: false,
                readOnlyRootFilesystem: true,
                runAsGroup: 1337,
                runAsNonRoot: true,
                runAsUser: 1337,
              },
            },
          ],
        },
      },
    },
  };
}
