import { parse } from "yaml";
import type {
  ClusterLocal,
  ControlPlane,
  HelmRelease,
  InjectionLabels,
  InstalledGateway,
  InstalledIstio,
  NamedGateway,
} from "../../core/model/installed-istio.ts";
import { defaultRevision } from "../../core/model/installed-istio.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { defaultTrustDomain } from "../../core/model/trust-domain.ts";
import { managedFieldsOf } from "../../core/plan/field-writers.ts";
import {
  eastWestGateway,
  ingressGateway,
  istioNamespace,
  meshLabel,
  networkLabel,
  ownFieldManager,
  readerServiceAccount,
} from "../../core/render/names.ts";
import type { Cluster } from "../../core/model/mesh.ts";
import { eastWestPlace } from "../../core/routing/east-west-place.ts";
import { compareText } from "../../core/render/order.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readBundle } from "../../pki/pem.ts";
import { containersOf } from "./read-workload.ts";

/** Looks for the Istio that somebody has installed. `namespaces` are those of the cluster, `cluster` what the mesh file says of it. Any failed request fails the whole. */
export async function readInstalledIstio(
  client: KubeClient,
  { cluster, namespaces }: { readonly cluster: Pick<Cluster, "eastWest">; readonly namespaces: readonly KubeObject[] },
  signal: AbortSignal,
): Promise<InstalledIstio> {
  const [deployments, services, eastWest, webhooks, account, roots] = await Promise.all([
    client.list({ apiVersion: "apps/v1", kind: "Deployment", labelSelector: "app=istiod" }, { signal }),
    readGatewayServices(client, cluster, signal),
    client.get(
      { apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace, name: eastWestGateway },
      { signal },
    ),
    client.list(
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "MutatingWebhookConfiguration",
        labelSelector: "istio.io/tag",
      },
      { signal },
    ),
    client.get(
      { apiVersion: "v1", kind: "ServiceAccount", namespace: istioNamespace, name: readerServiceAccount },
      { signal },
    ),
    client.get(
      { apiVersion: "v1", kind: "ConfigMap", namespace: istioNamespace, name: "istio-ca-root-cert" },
      { signal },
    ),
  ]);
  return {
    controlPlanes: await Promise.all(
      deployments.map(async (deployment) => readControlPlane(client, { deployment, webhooks }, signal)),
    ),
    gateways: services.filter(isTheirs).map(readGateway),
    ...(cluster.eastWest?.service === undefined ? {} : { ingressPods: await readIngressPods(client, signal) }),
    eastWestDeployment: eastWest !== undefined && isTheirs(eastWest),
    readerAccount: account !== undefined,
    roots: readBundle(dataOf(roots)["root-cert.pem"] ?? "").certificates.map((one) => one.fingerprint256),
    injection: injectionOf(namespaces),
  };
}

/** Those of a network, those that have the names of Istio's gateways, and the one that the mesh file names, each once. */
async function readGatewayServices(
  client: KubeClient,
  cluster: Pick<Cluster, "eastWest">,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const places = [ingressGateway, eastWestGateway].map((name) => ({ namespace: istioNamespace, name }));
  const asked = eastWestPlace(cluster);
  const named = [
    ...places,
    ...(places.some(({ namespace, name }) => namespace === asked.namespace && name === asked.name) ? [] : [asked]),
  ].map(async (place) => client.get({ apiVersion: "v1", kind: "Service", ...place }, { signal }));
  const [labelled, ...others] = await Promise.all([
    client.list({ apiVersion: "v1", kind: "Service", labelSelector: networkLabel }, { signal }),
    ...named,
  ]);
  return [
    ...labelled,
    ...others.flatMap((one) => (one === undefined || one.metadata.labels?.[networkLabel] !== undefined ? [] : [one])),
  ];
}

/** The labels of the ingress gateway's pods. */
export async function readIngressPods(client: KubeClient, signal: AbortSignal): Promise<NamedGateway["ingressPods"]> {
  const query = { apiVersion: "v1", kind: "Pod", namespace: istioNamespace, labelSelector: "istio=ingressgateway" };
  return (await client.list(query, { signal })).map(({ metadata }) => metadata.labels ?? {});
}

function isTheirs({ metadata }: KubeObject): boolean {
  return metadata.labels?.[meshLabel] === undefined;
}

/** What a gateway's Service says. */
export function readGateway(service: KubeObject): InstalledGateway {
  const network = service.metadata.labels?.[networkLabel];
  const spec = service["spec"] as { readonly selector?: Readonly<Record<string, string>> } | undefined;
  return {
    namespace: service.metadata.namespace ?? "",
    name: service.metadata.name,
    ...releaseOf(service),
    ...(network === undefined ? {} : { network }),
    selector: spec?.selector ?? {},
  };
}

/**
 * The labels of namespaces by which Istio's webhooks decide. An istio-injection
 * that isthmus alone owns counts as none: its next apply takes it off where a revision is to inject.
 */
export function injectionOf(namespaces: readonly KubeObject[]): Readonly<Record<string, InjectionLabels>> {
  return Object.fromEntries(namespaces.map((one) => [one.metadata.name, labelsOf(one)]));
}

function labelsOf(namespace: KubeObject): InjectionLabels {
  const { "istio-injection": injection, "istio.io/rev": revision } = namespace.metadata.labels ?? {};
  const owners = managedFieldsOf(namespace).filter(({ paths }) => paths.includes("metadata.labels.istio-injection"));
  const isOwn = owners.length > 0 && owners.every(({ manager }) => manager === ownFieldManager);
  return {
    ...(injection === undefined || isOwn ? {} : { injection }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** One istiod. Its ConfigMaps carry its revision in their names (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates). */
async function readControlPlane(
  client: KubeClient,
  { deployment, webhooks }: { readonly deployment: KubeObject; readonly webhooks: readonly KubeObject[] },
  signal: AbortSignal,
): Promise<ControlPlane> {
  const { namespace = "", name, labels = {} } = deployment.metadata;
  const revision = labels["istio.io/rev"] ?? defaultRevision;
  const suffix = revision === defaultRevision ? "" : `-${revision}`;
  const get = async (configMap: string): Promise<Readonly<Record<string, string>>> =>
    dataOf(await client.get({ apiVersion: "v1", kind: "ConfigMap", namespace, name: configMap + suffix }, { signal }));
  const [mesh, injector] = await Promise.all([get("istio"), get("istio-sidecar-injector")]);
  return {
    namespace,
    name,
    revision,
    tags: webhooks
      .filter(({ metadata }) => metadata.labels?.["istio.io/rev"] === revision)
      .flatMap(({ metadata }) => metadata.labels?.["istio.io/tag"] ?? [])
      .filter((tag) => tag !== defaultRevision)
      .toSorted(compareText),
    own: labels[meshLabel] !== undefined,
    version: versionOf(deployment),
    tool: toolOf(deployment),
    ...releaseOf(deployment),
    values: readValues(injector["values"] ?? ""),
    trustDomain: /^trustDomain:\s*"?([^"\s]+)"?\s*$/m.exec(mesh["mesh"] ?? "")?.[1] ?? defaultTrustDomain,
    ...otherRootOf(mesh["mesh"] ?? ""),
    clusterLocal: clusterLocalOf(mesh["mesh"] ?? ""),
  };
}

function otherRootOf(config: string): Pick<ControlPlane, "rootNamespace"> {
  const rootNamespace = /^rootNamespace:\s*["']?([^"'\s]+)["']?\s*$/m.exec(config)?.[1];
  return rootNamespace === undefined || rootNamespace === istioNamespace ? {} : { rootNamespace };
}

interface WireMeshConfig {
  readonly serviceSettings?: readonly {
    readonly settings?: { readonly clusterLocal?: boolean } | null;
    readonly hosts?: readonly string[] | null;
  }[];
}

/** Of a configuration that is no YAML istiod itself reads nothing. */
function clusterLocalOf(meshConfig: string): readonly ClusterLocal[] {
  let config: WireMeshConfig | null;
  try {
    config = parse(meshConfig, { version: "1.1" }) as WireMeshConfig | null;
  } catch {
    return [];
  }
  return (config?.serviceSettings ?? []).flatMap(({ settings, hosts }) =>
    (hosts ?? []).map((host) => ({ host, local: settings?.clusterLocal === true })),
  );
}

function versionOf(deployment: KubeObject): string {
  const tag = containersOf(deployment)[0]?.image?.split(":").at(-1);
  const label = deployment.metadata.labels?.["app.kubernetes.io/version"];
  const found = [tag, label].map((one) => /^v?(\d+\.\d+\.\d+)/.exec(one ?? "")?.[1]);
  return found.find((one) => one !== undefined) ?? "";
}

/** istioctl says which IstioOperator owns what it makes; its charts say `unknown` where Helm renders them. */
function toolOf(deployment: KubeObject): ControlPlane["tool"] {
  const { labels = {}, annotations = {} } = deployment.metadata;
  const owner = labels["install.operator.istio.io/owning-resource"] ?? "unknown";
  if (annotations["meta.helm.sh/release-name"] !== undefined) {
    return "helm";
  }
  if (owner !== "unknown" || labels["app.kubernetes.io/managed-by"] === "istioctl") {
    return "istioctl";
  }
  return labels["helm.sh/chart"] === undefined ? "unknown" : "helm";
}

function releaseOf({ metadata }: KubeObject): { readonly release?: HelmRelease } {
  const name = metadata.annotations?.["meta.helm.sh/release-name"];
  const namespace = metadata.annotations?.["meta.helm.sh/release-namespace"] ?? metadata.namespace ?? "";
  return name === undefined ? {} : { release: { name, namespace } };
}

/** The injector carries the values of the installation, as JSON. */
function readValues(text: string): ControlPlane["values"] {
  let values: { readonly global?: Global } | null;
  try {
    values = JSON.parse(text) as typeof values;
  } catch {
    // Without an injector nothing says them: then they count as not set.
    return {};
  }
  const { meshID, network, multiCluster } = values?.global ?? {};
  return present({ meshID, network, clusterName: multiCluster?.clusterName });
}

interface Global {
  readonly meshID?: string;
  readonly network?: string;
  readonly multiCluster?: { readonly clusterName?: string };
}

function present(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined || value === "" ? [] : [[key, value]])),
  );
}

function dataOf(configMap: KubeObject | undefined): Readonly<Record<string, string>> {
  return (configMap?.["data"] ?? {}) as Readonly<Record<string, string>>;
}
