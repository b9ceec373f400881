import { dnsAddress } from "../network/ranges.ts";
import { createHash } from "node:crypto";
import type { ApiClient } from "./api-client.ts";
import type { ForwardedZone } from "./node-config.ts";

/** The name that the cluster's DNS has everywhere: service `kube-dns`, deployment `coredns`. */
const labels = { "k8s-app": "kube-dns" };
const namespace = "kube-system";

// Two blocks, because the `template` plugin stands before `kubernetes` in CoreDNS's fixed order and would answer for it.
const corefile = `cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {
  errors
  health
  ready
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    pods insecure
  }
  cache 30
  loadbalance
  reload
}
.:53 {
  errors
  template ANY ANY {
    rcode NXDOMAIN
  }
}
`;

/** Where each object is applied, with the object. */
interface Manifest {
  readonly path: string;
  readonly object: object;
}

/** Nothing is kept: a sandbox changes its names and asks for them at once. */
function renderCorefile(dns: ForwardedZone | undefined): string {
  return dns === undefined
    ? corefile
    : `${corefile}${dns.zone}:53 {
  errors
  forward . ${dns.server}
}
`;
}

/**
 * Cluster DNS. Names outside `cluster.local` and the zone of a front door do
 * not exist: a node has no way out, and a forwarder would only make every
 * lookup wait for its timeout.
 */
export function renderCoreDns(image: string, dns?: ForwardedZone): readonly Manifest[] {
  const core = `/api/v1/namespaces/${namespace}`;
  return [
    { path: `${core}/services/kube-dns`, object: dnsService },
    {
      path: `${core}/serviceaccounts/coredns`,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "coredns", namespace } },
    },
    ...accessRules(),
    {
      path: `${core}/configmaps/coredns`,
      object: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "coredns", namespace },
        data: { Corefile: renderCorefile(dns) },
      },
    },
    { path: `/apis/apps/v1/namespaces/${namespace}/deployments/coredns`, object: coreDnsDeployment(image, dns) },
  ];
}

const dnsService = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "kube-dns", namespace, labels: { ...labels, "kubernetes.io/name": "CoreDNS" } },
  spec: {
    clusterIP: dnsAddress,
    selector: labels,
    ports: [
      { name: "dns", port: 53, protocol: "UDP" },
      { name: "dns-tcp", port: 53, protocol: "TCP" },
    ],
  },
};

/** What CoreDNS may read: that whose names it knows. */
function accessRules(): readonly Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: "system:coredns" };
  return [
    {
      path: `/apis/${apiVersion}/clusterroles/system:coredns`,
      object: {
        apiVersion,
        kind: "ClusterRole",
        metadata,
        rules: [
          { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
          { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
        ],
      },
    },
    {
      path: `/apis/${apiVersion}/clusterrolebindings/system:coredns`,
      object: {
        apiVersion,
        kind: "ClusterRoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
        subjects: [{ kind: "ServiceAccount", name: "coredns", namespace }],
      },
    },
  ];
}

/** Applies the manifests, all at once. Throws the first refusal; may be repeated. */
export async function applyCoreDns(
  api: ApiClient,
  { image, dns }: { readonly image: string; readonly dns: ForwardedZone | undefined },
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    renderCoreDns(image, dns).map(async ({ path, object }) =>
      api.send(`${path}?fieldManager=isthmus-sandbox&force=true`, {
        method: "PATCH",
        contentType: "application/apply-patch+yaml",
        body: object,
        signal,
      }),
    ),
  );
}

function coreDnsDeployment(image: string, dns: ForwardedZone | undefined): object {
  // A pod learns of a changed ConfigMap after up to a minute; a changed annotation makes a new pod.
  const annotations =
    dns === undefined
      ? {}
      : { annotations: { "isthmus.dev/corefile": createHash("sha256").update(renderCorefile(dns)).digest("hex") } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "coredns", namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...annotations },
        spec: {
          serviceAccountName: "coredns",
          priorityClassName: "system-cluster-critical",
          dnsPolicy: "Default",
          // It may be placed while the node still becomes Ready; the kubelet waits for the network itself.
          tolerations: [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoSchedule" }],
          containers: [
            {
              name: "coredns",
              image,
              imagePullPolicy: "IfNotPresent",
              args: ["-conf", "/etc/coredns/Corefile"],
              ports: [
                { name: "dns", containerPort: 53, protocol: "UDP" },
                { name: "dns-tcp", containerPort: 53, protocol: "TCP" },
              ],
              resources: { requests: { cpu: "10m", memory: "20Mi" } },
              // A young kubelet waits a random part of this period before its first probe.
              readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
              livenessProbe: { httpGet: { path: "/health", port: 8080 }, periodSeconds: 10, failureThreshold: 6 },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
              },
              volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
            },
          ],
          volumes: [{ name: "config", configMap: { name: "coredns" } }],
        },
      },
    },
  };
}
