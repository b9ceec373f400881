import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { effectiveRelease } from "../releases/istio-releases.ts";
import { istioNamespace } from "./names.ts";
import { serviceNamespaces } from "./service-namespaces.ts";

const seccompProfile = { type: "RuntimeDefault" };

/** Where istio-cni runs: it needs host paths, which the mesh's own namespaces then refuse. */
export const cniNamespace = "kube-system";

/**
 * True when pods may not set up their own redirection: the injected istio-init
 * asks for NET_ADMIN and NET_RAW, which `restricted` drops and `baseline` does
 * not allow either (docs/guides/from-the-runbook.md, S8; https://istio.io/latest/docs/setup/additional-setup/pod-security-admission/). istio-cni then does it on the node.
 */
export function needsCni(mesh: Mesh): boolean {
  return mesh.hardening.podSecurity === "baseline" || mesh.hardening.podSecurity === "restricted";
}

/** The labels by which a namespace enforces the mesh's pod security standard, where Istio's release runs on a Kubernetes that has them. */
export function podSecurityLabels(mesh: Mesh): Readonly<Record<string, string>> {
  const { podSecurity } = mesh.hardening;
  return podSecurity === undefined || effectiveRelease(mesh.istio.version).podSecurity === "policies"
    ? {}
    : {
        "pod-security.kubernetes.io/enforce": podSecurity,
        "pod-security.kubernetes.io/enforce-version": "latest",
      };
}

/** Helm-style values without which Istio's own pods break the standard: `restricted` asks for a seccomp profile. */
export function podSecurityValues(mesh: Mesh): { readonly [key: string]: Json } {
  if (!needsCni(mesh)) {
    return {};
  }
  if (effectiveRelease(mesh.istio.version).podSecurity === "policies") {
    return { istio_cni: { enabled: true } };
  }
  return mesh.hardening.podSecurity === "baseline"
    ? { pilot: { cni: { enabled: true } } }
    : {
        pilot: { cni: { enabled: true }, seccompProfile },
        gateways: { seccompProfile },
        global: { proxy: { seccompProfile } },
      };
}

/**
 * The gateways of Istio's profiles (manifests/profiles of istio.io/istio, 1.24
 * to 1.31); the others have none.
 */
const profileGateways: Readonly<Record<string, readonly GatewayKind[] | undefined>> = {
  default: ["ingress"],
  demo: ["ingress", "egress"],
  openshift: ["ingress"],
  preview: ["ingress"],
  stable: ["ingress"],
};

type GatewayKind = "ingress" | "egress";

/**
 * Components of a control plane's IstioOperator by which its pods fit the
 * standard: istio-cni, and a seccomp profile for the profile's gateways. No
 * value reaches those: their chart (gateways/istio-ingress of istio.io/istio)
 * has none in any release up to 1.31, and without it `restricted` refuses the pods.
 */
export function podSecurityComponents(mesh: Mesh): { readonly [key: string]: Json } {
  if (!needsCni(mesh)) {
    return {};
  }
  const k8s = gatewaySettings(mesh);
  const gateways = asksForSeccomp(mesh) ? (profileGateways[mesh.istio.profile] ?? []) : [];
  return {
    cni: { enabled: true, namespace: cniNamespace },
    ...Object.fromEntries(
      gateways.map((kind) => [`${kind}Gateways`, [{ name: `istio-${kind}gateway`, enabled: true, k8s }]]),
    ),
  };
}

/** What a gateway's pods of an IstioOperator have to say under `restricted`, as settings of a component's `k8s`. */
export function gatewaySettings(mesh: Mesh): { readonly securityContext?: Json } {
  return asksForSeccomp(mesh) ? { securityContext: { seccompProfile } } : {};
}

/**
 * The same as values of Istio's gateway chart, which has a pod's whole security
 * context there: its default, ports below 1024 for everybody, is kept.
 */
export function gatewayChartSecurity(mesh: Mesh): { readonly securityContext?: Json } {
  return asksForSeccomp(mesh)
    ? {
        securityContext: {
          sysctls: [{ name: "net.ipv4.ip_unprivileged_port_start", value: "0" }],
          seccompProfile,
        },
      }
    : {};
}

function asksForSeccomp(mesh: Mesh): boolean {
  return (
    mesh.hardening.podSecurity === "restricted" && effectiveRelease(mesh.istio.version).podSecurity === "admission"
  );
}

/**
 * PodSecurityPolicies for Istio on a Kubernetes that still has them (before
 * 1.25) and enforces a strict one, as Rancher's `restricted` does: one for
 * istio-cni, which works on the node, or without a strict standard one that
 * lets sidecars set up their redirection. Facts 4.
 */
export function renderPodSecurityPolicies(mesh: Mesh): KubeObject[] {
  const { podSecurity } = mesh.hardening;
  if (podSecurity === undefined || effectiveRelease(mesh.istio.version).podSecurity !== "policies") {
    return [];
  }
  if (needsCni(mesh)) {
    return [
      policy("isthmus-istio-cni", {
        allowPrivilegeEscalation: true,
        hostNetwork: true,
        volumes: [...plain, "hostPath"],
      }),
      useRole("isthmus-istio-cni"),
      binding("isthmus-istio-cni", cniNamespace, [
        { kind: "ServiceAccount", name: "istio-cni", namespace: cniNamespace },
      ]),
    ];
  }
  return [
    policy("isthmus-istio-init", { allowedCapabilities: ["NET_ADMIN", "NET_RAW"], volumes: plain }),
    useRole("isthmus-istio-init"),
    ...[istioNamespace, ...serviceNamespaces(mesh)].map((namespace) =>
      binding("isthmus-istio-init", namespace, [
        { kind: "Group", apiGroup: rbacGroup, name: `system:serviceaccounts:${namespace}` },
      ]),
    ),
  ];
}

const plain = ["configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];
const rbacGroup = "rbac.authorization.k8s.io";

function policy(name: string, allowed: { readonly [key: string]: Json }): KubeObject {
  const anyone = { rule: "RunAsAny" };
  return {
    apiVersion: "policy/v1beta1",
    kind: "PodSecurityPolicy",
    metadata: { name },
    spec: {
      privileged: false,
      allowPrivilegeEscalation: false,
      runAsUser: anyone,
      seLinux: anyone,
      supplementalGroups: anyone,
      fsGroup: anyone,
      ...allowed,
    },
  };
}

function useRole(name: string): KubeObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "ClusterRole",
    metadata: { name },
    rules: [{ apiGroups: ["policy"], resources: ["podsecuritypolicies"], resourceNames: [name], verbs: ["use"] }],
  };
}

function binding(name: string, namespace: string, subjects: readonly Json[]): KubeObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace },
    roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name },
    subjects,
  };
}
