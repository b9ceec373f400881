import { z } from "zod";
import { parseDuration } from "./duration.ts";

/** The mesh file as people write it. One definition for checking, the JSON schema and `isthmus explain`. */

const dns1123 = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be lower-case letters, digits and dashes, beginning and ending with a letter or digit")
  .max(63, "must be at most 63 characters long");
const text = z.string().min(1, "must not be empty");
const duration = z.string().refine((one) => parseDuration(one) !== undefined, "must be a duration such as 90s, 12h or 14d");
const quantity = z.string().regex(/^\d+(\.\d+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/, "must be a Kubernetes quantity such as 100m or 128Mi");
const port = z.int().min(1).max(65_535);
const values = z.record(z.string(), z.json());

const containerDefaults = z.strictObject({
  limitsCpu: quantity.optional().meta({ description: "CPU limit of a container that sets none." }),
  limitsMemory: quantity.optional().meta({ description: "Memory limit of a container that sets none." }),
  requestsCpu: quantity.optional().meta({ description: "CPU request of a container that sets none." }),
  requestsMemory: quantity.optional().meta({ description: "Memory request of a container that sets none." }),
});

const cluster = z.strictObject({
  name: dns1123.meta({ description: "The cluster's name everywhere: istiod's clusterName, the remote secret's key and annotation, L= of its intermediate." }),
  network: dns1123.optional().meta({ description: "The network that its pods are in. Default: the cluster's name." }),
  region: text.optional().meta({ description: "The region of the cluster's nodes." }),
  zone: text.optional().meta({ description: "The zone of the cluster's nodes." }),
  context: text.optional().meta({ description: "The kubeconfig context to reach the cluster with. Either this or rancherId." }),
  kubeconfig: text.optional().meta({ description: "The kubeconfig file with the context, relative to the mesh file. Default: --kubeconfig, KUBECONFIG, ~/.kube/config, then running sandboxes." }),
  rancherId: text.optional().meta({ description: "Rancher's id of the cluster, c-xxxxx. Either this or context; needs spec.rancher." }),
  endpoint: z.url({ protocol: /^https$/ }).optional().meta({ description: "The API address that the other clusters' istiods use. Default: the one of the kubeconfig." }),
  eastWest: z
    .strictObject({ addresses: z.array(text).min(1).meta({ description: "Public addresses of the east-west gateway behind NAT." }) })
    .optional()
    .meta({ description: "Overrides for the east-west gateway." }),
});

const istio = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, "must be a full version such as 1.31.0").optional().meta({ description: "Istio's version. Default: the newest that isthmus supports." }),
  install: z.enum(["istioctl", "operator", "helm", "rancher"]).default("istioctl").meta({ description: "How Istio is installed." }),
  profile: text.default("demo").meta({ description: "Istio's installation profile." }),
  hub: text.optional().meta({ description: "Registry and path of Istio's images. Default: Istio's own." }),
  nodeSelector: z.record(z.string(), z.string()).optional().meta({ description: "Node labels that pods in istio-system are bound to." }),
  containerDefaults: containerDefaults.optional().meta({ description: "Defaults for containers in istio-system (a LimitRange)." }),
  values: values.optional().meta({ description: "Helm-style values, merged last." }),
});

const rancher = z.strictObject({
  url: z.url({ protocol: /^https$/ }).meta({ description: "The Rancher server." }),
  token: z
    .union([z.strictObject({ env: text }), z.strictObject({ file: text })])
    .meta({ description: "Where the API token is: an environment variable or a file. Never the token itself." }),
  caFile: text.optional().meta({ description: "PEM file with the CA of the Rancher server." }),
  project: z
    .strictObject({
      name: text.meta({ description: "The project's name." }),
      description: z.string().optional().meta({ description: "The project's description." }),
      quota: z.record(z.string(), quantity).optional().meta({ description: "The project's resource quota." }),
      containerDefaults: containerDefaults.optional().meta({ description: "The project's container defaults." }),
    })
    .optional()
    .meta({ description: "The Rancher project of istio-system." }),
});

const trust = z.strictObject({
  root: z
    .union([
      z.strictObject({ certFile: text, keyFile: text }),
      z.strictObject({ secretRef: z.strictObject({ cluster: text, namespace: dns1123, name: text }) }),
    ])
    .optional()
    .meta({ description: "Your own root: certFile and keyFile, or a Secret. Default: one that isthmus makes and keeps in its data folder." }),
  intermediates: z
    .strictObject({
      validity: duration.default("730d").meta({ description: "How long an intermediate is valid." }),
      keyType: z.enum(["ecdsa-p256", "rsa-2048", "rsa-4096"]).default("ecdsa-p256").meta({ description: "The intermediates' key type." }),
    })
    .prefault({})
    .meta({ description: "The intermediate CA of each cluster." }),
});

const access = z.strictObject({
  credentials: z.enum(["serviceAccount", "rancherToken"]).default("serviceAccount").meta({ description: "What the other clusters' istiods sign in with." }),
  rotateBefore: duration.default("14d").meta({ description: "How long before its end a credential is renewed." }),
});

const hardening = z.strictObject({
  podSecurity: z.enum(["privileged", "baseline", "restricted"]).optional().meta({ description: "Pod security level of the mesh's namespaces." }),
  networkPolicies: z.boolean().default(false).meta({ description: "Whether to render the NetworkPolicies that the mesh needs." }),
});

const version = z.strictObject({
  clusters: z.array(text).min(1, "must name at least one cluster").meta({ description: "The clusters that run the version." }),
  labels: z.record(z.string(), z.string()).optional().meta({ description: "Pod labels of the version. Default: version: <name>." }),
});

const stringMatch = z.strictObject({ exact: text.optional(), prefix: text.optional(), regex: text.optional() });

const route = z.strictObject({
  name: dns1123.meta({ description: "The VirtualService's name." }),
  gateway: dns1123.meta({ description: "The Gateway's name; made if it does not exist." }),
  hosts: z.array(text).min(1, "must name at least one host").meta({ description: "Host names, or \"*\"." }),
  match: z
    .strictObject({
      exact: text.optional().meta({ description: "The path." }),
      prefix: text.optional().meta({ description: "The beginning of the path." }),
      regex: text.optional().meta({ description: "A regular expression (RE2) for the whole path." }),
      headers: z.record(z.string(), stringMatch).optional().meta({ description: "Headers that must match." }),
      fromRegions: z.array(text).optional().meta({ description: "Regions that the route is for." }),
    })
    .optional()
    .meta({ description: "Which requests. Default: all (prefix /)." }),
  weights: z.record(z.string(), z.int().min(0).max(100)).meta({ description: "Version → percent; the sum is 100. A version that is not named has 0." }),
  tls: z
    .strictObject({ secretName: text, certificate: text.optional(), issuer: text.optional() })
    .optional()
    .meta({ description: "TLS at the gateway." }),
  dns: z.strictObject({ via: z.enum(["externalDns", "isthmus"]) }).optional().meta({ description: "Who publishes the hosts' DNS records." }),
});

const service = z.strictObject({
  name: dns1123.meta({ description: "The Service's name." }),
  namespace: dns1123.meta({ description: "Its namespace." }),
  port: port.meta({ description: "The Service's port." }),
  manifests: text.optional().meta({ description: "File or folder with the objects to deploy, relative to the mesh file. Objects with a version's labels go to its clusters, the rest everywhere." }),
  versions: z.record(z.string(), version).meta({ description: "Version name → where it runs." }),
  routes: z.array(route).default([]).meta({ description: "Weighted routes to the versions." }),
  failover: z
    .strictObject({
      regions: z.array(z.strictObject({ from: text, to: text })).optional(),
      priority: z.array(text).optional(),
      outlierDetection: values.optional(),
    })
    .optional()
    .meta({ description: "Where traffic goes when a version's endpoints fail." }),
  export: z.boolean().default(true).meta({ description: "false keeps the service cluster-local." }),
});

const issuer = z.strictObject({
  name: dns1123.meta({ description: "The ClusterIssuer's name." }),
  acme: z
    .strictObject({ server: z.url(), email: text, dns01: values.optional(), http01: values.optional() })
    .optional()
    .meta({ description: "An ACME issuer." }),
});

const dns = z.strictObject({
  zone: text.meta({ description: "The DNS zone." }),
  provider: z.record(z.string(), z.json()).meta({ description: "One provider with its settings." }),
  ttl: duration.optional().meta({ description: "Time to live of the records." }),
  healthChecks: values.optional().meta({ description: "Health checks for several A records of one name." }),
});

/** The whole file. */
export const meshSchema = z
  .strictObject({
    apiVersion: z.literal("isthmus.dev/v1alpha1"),
    kind: z.literal("Mesh"),
    metadata: z.strictObject({ name: dns1123.meta({ description: "The mesh ID." }) }),
    spec: z.strictObject({
      clusters: z.array(cluster).min(1, "must name at least one cluster").meta({ description: "The clusters of the mesh." }),
      sharedNetworks: z.array(dns1123).default([]).meta({ description: "Networks that several clusters share because their pods reach each other directly." }),
      istio: istio.prefault({}).meta({ description: "Istio's version and installation." }),
      rancher: rancher.optional().meta({ description: "The Rancher server that manages the clusters." }),
      trust: trust.prefault({}).meta({ description: "The mesh's certificate authorities." }),
      access: access.prefault({}).meta({ description: "How clusters reach each other's API." }),
      hardening: hardening.prefault({}).meta({ description: "Pod security and network policies." }),
      services: z.array(service).default([]).meta({ description: "The services that the mesh serves in versions." }),
      issuers: z.array(issuer).default([]).meta({ description: "Certificate issuers." }),
      dns: dns.optional().meta({ description: "DNS for the routes' hosts." }),
    }),
  })
  .meta({ title: "isthmus mesh", description: "One Istio mesh over N Kubernetes clusters." });

export type RawMesh = z.infer<typeof meshSchema>;
