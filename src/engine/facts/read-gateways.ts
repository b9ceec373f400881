import { Buffer } from "node:buffer";
import type { GatewayFacts, GatewayPod, StrangerPod } from "../../core/checks/control-plane-facts.ts";
import { eastWestGateway, ingressGateway, istioNamespace, networkLabel } from "../../core/render/names.ts";
import type { Cluster, Service } from "../../core/model/mesh.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { KubeClient } from "../../kube/client.ts";
import { inspectBundle } from "../../pki/inspect.ts";
import type { WireServicePort } from "./read-service-port.ts";
import { readServicePort } from "./read-service-port.ts";
import { gatewayPortOf, serviceAddresses } from "./service-addresses.ts";
import { environmentOf, readWorkload } from "./read-workload.ts";
import { authorizedPath, goesByAddresses, readAuthorized } from "./authorized-requests.ts";
import { isRouter } from "./sidecars.ts";
import { findGateway } from "./find-gateway.ts";
import { isReady, readPod } from "./read-pods.ts";
import { readProxyPage } from "./proxy-page.ts";
import { readFailing } from "./failing-connections.ts";
import { extensionsPath, hasExtensions } from "./proxy-filters.ts";
import { readListenerPorts, readProxyConfig, warmingSecretsPath } from "./read-proxy-config.ts";

/** Both gateways of one cluster: Deployment, Service, and what every ready pod's proxy has. */
export async function readGateways(
  client: KubeClient,
  { cluster, services }: { readonly cluster: Pick<Cluster, "eastWest">; readonly services: readonly Service[] },
  signal: AbortSignal,
): Promise<readonly GatewayFacts[]> {
  return Promise.all(
    ([ingressGateway, eastWestGateway] as const).map(async (name): Promise<GatewayFacts> => {
      const { deployment, service, pods, at } = await findGateway(client, name, cluster, signal);
      const namespace = at?.namespace ?? istioNamespace;
      const environment = deployment === undefined ? {} : environmentOf(deployment);
      const network = environment["ISTIO_META_NETWORK"] ?? environment["ISTIO_META_REQUESTED_NETWORK_VIEW"];
      const clusterId = environment["ISTIO_META_CLUSTER_ID"];
      return {
        name,
        ...(at === undefined ? {} : { at }),
        ...readWorkload(deployment),
        ...(network === undefined ? {} : { network }),
        ...(clusterId === undefined ? {} : { clusterId }),
        ...(service === undefined ? {} : { service: readService(service) }),
        ...(await strangersOf(client, pods, namespace, signal)),
        pods: await Promise.all(
          pods
            .filter((pod) => isReady(pod) && !isStranger(pod))
            .map(async (pod) =>
              readProxy(client, { gateway: name, namespace, name: pod.metadata.name }, services, signal),
            ),
        ),
      };
    }),
  );
}

/** A pod that runs something and no gateway's proxy. */
function isStranger(pod: KubeObject): boolean {
  const { containers = [] } = (pod["spec"] ?? {}) as { readonly containers?: readonly unknown[] };
  return containers.length > 0 && !isRouter(pod);
}

async function strangersOf(
  client: KubeClient,
  pods: readonly KubeObject[],
  namespace: string,
  signal: AbortSignal,
): Promise<Pick<GatewayFacts, "strangers">> {
  const found = pods.filter(isStranger);
  const strangers = await Promise.all(
    found.map(async (pod): Promise<StrangerPod> => {
      const { name, labels, ready, owner } = readPod(pod);
      const own = { name, labels, ready, ...(owner === undefined ? {} : { owner }) };
      if (owner?.kind !== "Deployment") {
        return own;
      }
      const deployment = await client.get(
        { apiVersion: "apps/v1", kind: "Deployment", namespace, name: owner.name },
        { signal },
      );
      const spec = deployment?.["spec"] as
        | { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } }
        | undefined;
      return { ...own, selected: spec?.selector?.matchLabels?.["istio"] !== undefined };
    }),
  );
  return strangers.length === 0 ? {} : { strangers };
}

function readService(service: KubeObject): NonNullable<GatewayFacts["service"]> {
  const spec = service["spec"] as
    | {
        readonly type?: string;
        readonly ports?: readonly WireServicePort[];
        readonly selector?: Readonly<Record<string, string>>;
      }
    | undefined;
  const network = service.metadata.labels?.[networkLabel];
  const gatewayPort = gatewayPortOf(service);
  return {
    type: spec?.type ?? "ClusterIP",
    ...(network === undefined ? {} : { network }),
    ...(gatewayPort === undefined ? {} : { gatewayPort }),
    addresses: serviceAddresses(service),
    ports: (spec?.ports ?? []).map((one) => one.port),
    servicePorts: (spec?.ports ?? []).map(readServicePort),
    selector: spec?.selector ?? {},
  };
}

interface SecretDump {
  readonly configs?: readonly {
    readonly name?: string;
    readonly secret?: { readonly validation_context?: { readonly trusted_ca?: { readonly inline_bytes?: string } } };
  }[];
}

/** `/certs` names the first certificate of a bundle only, and while a root is being replaced there are two. */
const secretsPath = "/config_dump?resource=dynamic_active_secrets";

function rootsOf({ configs = [] }: SecretDump): readonly string[] {
  const bundles = configs.flatMap((one) =>
    one.name === "ROOTCA" ? (one.secret?.validation_context?.trusted_ca?.inline_bytes ?? []) : [],
  );
  const pem = bundles.map((bundle) => Buffer.from(bundle, "base64").toString("utf8")).join("\n");
  return [...new Set(inspectBundle(pem).map(({ identity }) => identity))];
}

async function readProxy(
  client: KubeClient,
  { gateway, namespace, name }: { readonly gateway: string; readonly namespace: string; readonly name: string },
  services: readonly Service[],
  signal: AbortSignal,
): Promise<GatewayPod> {
  const pod = { namespace, name };
  const ask = async (path: string): Promise<string> => readProxyPage(client, pod, path, signal);
  try {
    const [secrets, warmingSecrets, listeners, routes, clusters] = await Promise.all([
      ask(secretsPath),
      // An east-west gateway passes connections on: it has no routes, and no certificates but its own.
      gateway === eastWestGateway ? "{}" : ask(warmingSecretsPath),
      ask("/config_dump?resource=dynamic_listeners"),
      gateway === eastWestGateway ? "{}" : ask("/config_dump?resource=dynamic_route_configs"),
      ask("/clusters?format=json"),
    ]);
    const authorized = goesByAddresses(listeners) ? { authorized: readAuthorized(await ask(authorizedPath)) } : {};
    const failing =
      gateway === eastWestGateway
        ? {}
        : { failing: await readFailing(clusters, async () => ask("/clusters?format=json"), signal) };
    const extensions = hasExtensions(listeners) ? { extensions: await ask(extensionsPath) } : {};
    return {
      name,
      config: readProxyConfig({ listeners, warmingSecrets, routes, clusters, ...extensions, ...failing }, services),
      listeners: readListenerPorts(listeners),
      roots: rootsOf(JSON.parse(secrets) as SecretDump),
      ...authorized,
    };
  } catch (error) {
    signal.throwIfAborted();
    const config = { chains: [], routeTables: [], awaitedSecrets: [], warming: [], clusters: [] };
    return { name, problem: (error as Error).message, listeners: [], roots: [], config };
  }
}
