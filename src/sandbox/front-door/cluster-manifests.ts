import type { ClusterImages } from "./cluster-images.ts";
import { frontDoorZone, tsigKeyName } from "./front-door-folder.ts";

/** The namespaces, as the projects' own charts and guides call them. */
export const certManagerNamespace = "cert-manager";
export const externalDnsNamespace = "external-dns";

/** The Secret with the TSIG key in both namespaces, and its key there. */
export const tsigSecret = { name: "tsig", key: "secret" } as const;

/** An object with the path that it is applied at. */
export interface Manifest {
  readonly path: string;
  readonly object: object;
}

export interface ClusterManifestOptions {
  readonly images: ClusterImages;
  /** The address of the front door's DNS server, at port 53. */
  readonly server: string;
  /** The TSIG key's secret, base64. */
  readonly secret: string;
}

const rbac = "/apis/rbac.authorization.k8s.io/v1";

/** Namespaces first, then everything else. */
export function renderClusterManifests(options: ClusterManifestOptions): readonly (readonly Manifest[])[] {
  const namespaces = [certManagerNamespace, externalDnsNamespace];
  return [
    namespaces.map((name) => ({
      path: `/api/v1/namespaces/${name}`,
      object: { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    })),
    [
      ...namespaces.map((namespace) => renderTsigSecret(namespace, options.secret)),
      ...renderAccount(certManagerNamespace, "cert-manager", certManagerRules),
      ...renderAccount(externalDnsNamespace, "external-dns", externalDnsRules),
      certManagerDeployment(options),
      externalDnsDeployment(options),
    ],
  ];
}

/** The Deployments that have to be available. */
export const deployments = [
  { namespace: certManagerNamespace, name: "cert-manager" },
  { namespace: externalDnsNamespace, name: "external-dns" },
] as const;

function renderTsigSecret(namespace: string, secret: string): Manifest {
  return {
    path: `/api/v1/namespaces/${namespace}/secrets/${tsigSecret.name}`,
    object: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: tsigSecret.name, namespace },
      stringData: { [tsigSecret.key]: secret },
    },
  };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const read = ["get", "list", "watch"] as const;
const write = ["create", "update", "patch", "delete"] as const;

/** What the chart's ClusterRoles of the controller add up to, without the shims that a sandbox's controller lacks. */
const certManagerRules: readonly Rule[] = [
  { apiGroups: ["cert-manager.io", "acme.cert-manager.io"], resources: ["*"], verbs: [...read, ...write] },
  { apiGroups: [""], resources: ["secrets"], verbs: [...read, ...write] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
  { apiGroups: [""], resources: ["pods", "services"], verbs: [...read, "create", "delete"] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: [...read, "create", "delete", "update"] },
];

/** What its guide for Istio's Gateways gives it (https://kubernetes-sigs.github.io/external-dns/v0.23.0/docs/sources/istio/). */
const externalDnsRules: readonly Rule[] = [
  { apiGroups: [""], resources: ["services", "endpoints", "pods", "nodes", "namespaces"], verbs: [...read] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: [...read] },
  { apiGroups: ["networking.k8s.io"], resources: ["ingresses"], verbs: [...read] },
  { apiGroups: ["networking.istio.io"], resources: ["gateways", "virtualservices"], verbs: [...read] },
];

function renderAccount(namespace: string, name: string, rules: readonly Rule[]): readonly Manifest[] {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  return [
    {
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`,
      object: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    },
    {
      path: `${rbac}/clusterroles/${name}`,
      object: { apiVersion, kind: "ClusterRole", metadata: { name }, rules },
    },
    {
      path: `${rbac}/clusterrolebindings/${name}`,
      object: {
        apiVersion,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
        subjects: [{ kind: "ServiceAccount", name, namespace }],
      },
    },
  ];
}

interface Program {
  readonly namespace: string;
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly object[];
}

function certManagerDeployment({ images, server }: ClusterManifestOptions): Manifest {
  return renderDeployment({
    namespace: certManagerNamespace,
    name: "cert-manager",
    image: images.certManager,
    args: [
      `--cluster-resource-namespace=${certManagerNamespace}`,
      `--acme-http01-solver-image=${images.acmeSolver}`,
      // The zone's own server is the only one there is: a node has no way out.
      `--dns01-recursive-nameservers=${server}:53`,
      "--dns01-recursive-nameservers-only=true",
    ],
  });
}

/** One owner in all clusters, nobody deletes, and the apex has its owner's record inside of the zone: what `isthmus check` asks for. */
function externalDnsDeployment({ images, server }: ClusterManifestOptions): Manifest {
  return renderDeployment({
    namespace: externalDnsNamespace,
    name: "external-dns",
    image: images.externalDns,
    args: [
      "--source=istio-gateway",
      "--provider=rfc2136",
      `--rfc2136-host=${server}`,
      "--rfc2136-port=53",
      `--rfc2136-zone=${frontDoorZone}`,
      `--rfc2136-tsig-keyname=${tsigKeyName}`,
      "--rfc2136-tsig-secret-alg=hmac-sha256",
      "--rfc2136-tsig-axfr",
      "--rfc2136-min-ttl=5s",
      "--policy=upsert-only",
      "--txt-owner-id=isthmus",
      "--txt-prefix=%{record_type}.",
      "--interval=5s",
    ],
    env: [
      {
        name: "EXTERNAL_DNS_RFC2136_TSIG_SECRET",
        valueFrom: { secretKeyRef: { name: tsigSecret.name, key: tsigSecret.key } },
      },
    ],
  });
}

function renderDeployment({ namespace, name, image, args, env = [] }: Program): Manifest {
  const labels = { "app.kubernetes.io/name": name };
  return {
    path: `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`,
    object: {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, namespace, labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: name,
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name,
                image,
                imagePullPolicy: "IfNotPresent",
                args,
                env,
                resources: { requests: { cpu: "10m", memory: "64Mi" } },
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                },
              },
            ],
          },
        },
      },
    },
  };
}
