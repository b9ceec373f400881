/** What a role allows; every verb where none is named. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs?: readonly string[];
}

/** What Istio's in-cluster operator may do in a cluster (istio/istio, manifests/charts/istio-operator, templates/clusterrole.yaml). */
export const operatorRules: readonly Rule[] = [
  {
    apiGroups: [
      "authentication.istio.io",
      "config.istio.io",
      "extensions.istio.io",
      "install.istio.io",
      "networking.istio.io",
      "security.istio.io",
      "telemetry.istio.io",
    ],
    resources: ["*"],
  },
  {
    apiGroups: ["admissionregistration.k8s.io"],
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  },
  {
    apiGroups: ["apiextensions.k8s.io"],
    resources: ["customresourcedefinitions.apiextensions.k8s.io", "customresourcedefinitions"],
  },
  {
    apiGroups: ["apps", "extensions"],
    resources: ["daemonsets", "deployments", "deployments/finalizers", "replicasets", "statefulsets"],
  },
  { apiGroups: ["autoscaling"], resources: ["horizontalpodautoscalers"] },
  { apiGroups: ["monitoring.coreos.com"], resources: ["servicemonitors"], verbs: ["get", "create", "update"] },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"] },
  // Hands out istiod's own role, with rights that this one does not list: `*` includes escalate and bind.
  {
    apiGroups: ["rbac.authorization.k8s.io"],
    resources: ["clusterrolebindings", "clusterroles", "roles", "rolebindings"],
  },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] },
  {
    apiGroups: [""],
    resources: [
      "configmaps",
      "endpoints",
      "events",
      "namespaces",
      "pods",
      "pods/portforward",
      "pods/proxy",
      "persistentvolumeclaims",
      "resourcequotas",
      "secrets",
      "serviceaccounts",
      "services",
    ],
  },
];
