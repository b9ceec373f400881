import { Buffer } from "node:buffer";
import type { NodeFacts } from "../../core/checks/node-facts.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../core/model/kube-object.ts";
import type { InjectionLabels, InstalledIstio, NamedGateway } from "../../core/model/installed-istio.ts";
import type { Inventory } from "../../core/plan/inventory.ts";
import { inventoryLabel, inventoryNamespace, parseInventory } from "../../core/plan/inventory.ts";
import type { Authority } from "../../core/render/materials.ts";
import { ingressGateway, istioNamespace, readerTokenSecret } from "../../core/render/names.ts";
import { Secret } from "../../core/secret.ts";
import type { KubeClient, ListQuery, ServerVersion } from "../../kube/client.ts";
import { partNames } from "../../pki/part-names.ts";
import { injectionOf, readInstalledIstio } from "./installed-istio.ts";
import { readNamedGateway } from "./named-gateway.ts";
import type { Allowed } from "./read-allowed.ts";
import { readAllowed } from "./read-allowed.ts";
import { readNodes } from "./read-nodes.ts";
import type { RemoteKubeconfig } from "./remote-kubeconfig.ts";
import { listRemoteSecrets, readRemotes } from "./remote-kubeconfig.ts";
import { serviceAddresses } from "./service-addresses.ts";

/** What a cluster already has of a mesh, read once before planning. */
export interface ClusterState {
  /** The UID of namespace kube-system, which is the cluster's own and stays; undefined where it is not listed. */
  readonly uid: string | undefined;
  /** Inventories of every mesh that isthmus made here. */
  readonly inventories: readonly Inventory[];
  /** The content of `cacerts`, when all parts are there. */
  readonly authority: Authority | undefined;
  /** The parts that a `cacerts` Secret lacks; empty without such a Secret. */
  readonly authorityLacks: readonly string[];
  /** The reader account's token and the cluster's CA (base64 PEM), once Kubernetes has filled them in. */
  readonly reader: { readonly token: Secret; readonly caData: string } | undefined;
  /** The mesh ID in the configuration of an istiod that is installed here, by whomever. */
  readonly installedMeshId: string | undefined;
  /** The ConfigMap of that istiod, whole: a plan compares it too, and need not read it again. Absent where there is none. */
  readonly meshConfig?: KubeObject;
  /** The Istio that somebody has installed; undefined unless `GatherOptions.installed` is `istio`. */
  readonly installed?: InstalledIstio;
  /** The gateway that the mesh file names; undefined unless it does and `GatherOptions.installed` is `gateway`. */
  readonly namedGateway?: NamedGateway;
  /** Namespaces that exist → their labels that decide who injects, without an istio-injection that isthmus alone has given. */
  readonly injection: Readonly<Record<string, InjectionLabels>>;
  readonly nodes: readonly NodeFacts[];
  /** Keys (`keyOf`) of namespaces that exist. */
  readonly namespaces: ReadonlySet<string>;
  /** `v1.36.3`, as the API server says it. */
  readonly kubernetesVersion: string;
  /** The addresses of the ingress gateway's Service; empty while it has none. */
  readonly ingressAddresses: readonly string[];
  /** The ports at which this cluster's own pods reach its API server, ascending; empty where it does not say. */
  readonly apiPorts: readonly number[];
  /** What the remote secrets here say, by the name of the cluster that they are about; empty unless `GatherOptions.remotes`. */
  readonly remotes: Readonly<Record<string, RemoteKubeconfig>>;
  /** What this account may not read, with the API server's words: that part is empty. Left out but with `GatherOptions.tolerant`, and where it may read all. */
  readonly unread?: Allowed<ReadParts>["refused"];
}

/** What is read of a cluster side by side. */
interface ReadParts {
  readonly inventories: readonly KubeObject[];
  readonly cacerts: KubeObject | undefined;
  readonly token: KubeObject | undefined;
  readonly meshConfig: KubeObject | undefined;
  readonly namespaces: readonly KubeObject[];
  readonly nodes: readonly NodeFacts[];
  readonly version: ServerVersion;
  readonly ingress: readonly string[];
  readonly apiPorts: readonly number[];
  readonly remotes: readonly KubeObject[];
}

const blank: ReadParts = {
  inventories: [],
  cacerts: undefined,
  token: undefined,
  meshConfig: undefined,
  namespaces: [],
  nodes: [],
  version: { gitVersion: "", major: "", minor: "", platform: "" },
  ingress: [],
  apiPorts: [],
  remotes: [],
};

export interface GatherOptions {
  /** True where the credentials in remote secrets are wanted: a fleet of a hundred clusters has ten thousand of them. */
  readonly remotes: boolean;
  /** What somebody else has installed and has to be looked for: Istio, or a gateway that the mesh file names beside an Istio of isthmus. */
  readonly installed?: "istio" | "gateway";
  /** What the mesh file says of the cluster's gateway; left out where nobody has a mesh file yet. */
  readonly cluster?: Pick<Cluster, "eastWest">;
  /** True where what the account may not read is to be left empty and named (`ClusterState.unread`): nothing is decided by it. */
  readonly tolerant?: boolean;
  readonly signal: AbortSignal;
}

/** Reads the facts of one cluster; any failed request fails the whole (the cluster then counts as unreachable). */
export async function readClusterState(
  client: KubeClient,
  { remotes: wanted, installed: wantedOfOthers, cluster = {}, tolerant = false, signal }: GatherOptions,
): Promise<ClusterState> {
  const reading = {
    inventories: client.list(
      { apiVersion: "v1", kind: "ConfigMap", namespace: inventoryNamespace, labelSelector: `${inventoryLabel}=true` },
      { signal },
    ),
    cacerts: client.get({ apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: "cacerts" }, { signal }),
    token: client.get(
      { apiVersion: "v1", kind: "Secret", namespace: istioNamespace, name: readerTokenSecret },
      { signal },
    ),
    meshConfig: client.get(
      { apiVersion: "v1", kind: "ConfigMap", namespace: istioNamespace, name: "istio" },
      { signal },
    ),
    namespaces: client.list({ apiVersion: "v1", kind: "Namespace" }, { signal }),
    nodes: readNodes(client, signal),
    version: client.version({ signal }),
    ingress: readIngressAddresses(client, signal),
    apiPorts: readApiPorts(client, signal),
    remotes: wanted ? listRemoteSecrets(client, signal) : Promise.resolve([]),
  };
  const { values, refused } = await readAllowed<ReadParts>(reading, tolerant ? blank : undefined);
  const { inventories, cacerts, token, meshConfig, namespaces, nodes, version, ingress, apiPorts, remotes } = values;
  const { authority, lacks } = readAuthority(cacerts);
  const ofOthers = await readOfOthers(client, wantedOfOthers, { cluster, namespaces }, signal);
  const uid = namespaces.find(({ metadata }) => metadata.name === "kube-system")?.metadata["uid"];
  return {
    uid: typeof uid === "string" ? uid : undefined,
    inventories: inventories.map(parseInventory),
    authority,
    authorityLacks: lacks,
    reader: readReader(token),
    installedMeshId: readMeshId(meshConfig),
    ...(meshConfig === undefined ? {} : { meshConfig }),
    ...ofOthers,
    injection: injectionOf(namespaces),
    nodes,
    namespaces: new Set(namespaces.map((namespace) => keyOf(idOf(namespace)))),
    kubernetesVersion: version.gitVersion,
    ingressAddresses: ingress,
    apiPorts,
    remotes: readRemotes(remotes),
    ...(refused.length === 0 ? {} : { unread: refused }),
  };
}

async function readOfOthers(
  client: KubeClient,
  wanted: GatherOptions["installed"],
  found: Parameters<typeof readInstalledIstio>[1],
  signal: AbortSignal,
): Promise<Pick<ClusterState, "installed" | "namedGateway">> {
  if (wanted === "istio") {
    return { installed: await readInstalledIstio(client, found, signal) };
  }
  const place = wanted === "gateway" ? found.cluster.eastWest?.service : undefined;
  return place === undefined ? {} : { namedGateway: await readNamedGateway(client, place, signal) };
}

/** IP addresses and host names that the load balancer of the ingress gateway's Service has. */
export async function readIngressAddresses(client: KubeClient, signal: AbortSignal): Promise<readonly string[]> {
  const service = await client.get(
    { apiVersion: "v1", kind: "Service", namespace: istioNamespace, name: ingressGateway },
    { signal },
  );
  return service === undefined ? [] : serviceAddresses(service);
}

/** The EndpointSlices of Service kubernetes, which say where a cluster's own pods reach its API server. */
export const apiServerSlices: ListQuery = {
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  namespace: "default",
  labelSelector: "kubernetes.io/service-name=kubernetes",
};

/**
 * The ports behind the Service `kubernetes`, which the API servers themselves
 * write (https://github.com/kubernetes/kubernetes/tree/master/pkg/controlplane/reconcilers). Nothing of a plan depends on it but a
 * policy's port: a cluster that does not say it counts as reachable.
 */
async function readApiPorts(client: KubeClient, signal: AbortSignal): Promise<readonly number[]> {
  const slices = await client.list(apiServerSlices, { signal }).catch(() => []);
  const ports = slices.flatMap((slice) => (slice["ports"] ?? []) as readonly { readonly port?: number | null }[]);
  return [...new Set(ports.flatMap(({ port }) => port ?? []))].sort((one, other) => one - other);
}

/** The reader token's parts, or undefined while Kubernetes has not filled them in. */
export function readReader(secret: KubeObject | undefined): ClusterState["reader"] {
  const data = secretData(secret);
  const token = data["token"];
  const ca = data["ca.crt"];
  if (token === undefined || ca === undefined) {
    return undefined;
  }
  return { token: new Secret(decode(token)), caData: ca.expose() };
}

interface ReadAuthority {
  readonly authority: Authority | undefined;
  readonly lacks: readonly string[];
}

/**
 * The parts of `cacerts` in either of its forms. istiod takes a Secret with a
 * `tls.crt` for one of type kubernetes.io/tls and does not look at other keys
 * (https://github.com/istio/istio/blob/master/pilot/pkg/bootstrap/istio_ca.go).
 */
function readAuthority(secret: KubeObject | undefined): ReadAuthority {
  if (secret === undefined) {
    return { authority: undefined, lacks: [] };
  }
  const data = secretData(secret);
  const form = data["tls.crt"] === undefined ? undefined : "tls";
  const names = partNames(form);
  const files = [...new Set([names.ca, names.key, names.chain, names.root])];
  const lacks = files.filter((file) => data[file] === undefined);
  const text = (file: string): string => (data[file] === undefined ? "" : decode(data[file]));
  const rootCert = text(names.root);
  return {
    lacks,
    authority:
      lacks.length > 0
        ? undefined
        : {
            rootCert,
            caCert: text(names.ca),
            certChain: form === "tls" ? `${text(names.ca).trimEnd()}\n${rootCert}` : text(names.chain),
            caKey: new Secret(text(names.key)),
            ...(form === undefined ? {} : { form }),
          },
  };
}

function readMeshId(configMap: KubeObject | undefined): string | undefined {
  const data = configMap?.["data"] as { readonly mesh?: string } | undefined;
  return /^\s*meshId:\s*"?([^"\s]+)"?\s*$/m.exec(data?.mesh ?? "")?.[1];
}

function secretData(secret: KubeObject | undefined): Readonly<Record<string, Secret>> {
  return (secret?.["data"] ?? {}) as Readonly<Record<string, Secret>>;
}

function decode(value: Secret): string {
  return Buffer.from(value.expose(), "base64").toString("utf8");
}
