import type { GatewayFacts, GatewayPod } from "../../../core/checks/facts.ts";
import { eastWestGateway, ingressGateway, istioNamespace, networkLabel } from "../../../core/render/names.ts";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import type { KubeClient } from "../../../kube/client.ts";
import { serviceAddresses } from "../service-addresses.ts";
import { environmentOf, readWorkload } from "./read-workload.ts";
import { plainSerial } from "./read-trust.ts";

/** The admin port of every Istio proxy; open inside the pod only. */
export const proxyAdminPort = 15000;

const selectors: Readonly<Record<string, string>> = {
  [ingressGateway]: "istio=ingressgateway",
  [eastWestGateway]: "istio=eastwestgateway",
};

/** Both gateways of one cluster: Deployment, Service, and what every ready pod's proxy has. */
export async function readGateways(client: KubeClient, signal: AbortSignal): Promise<readonly GatewayFacts[]> {
  return Promise.all(
    Object.entries(selectors).map(async ([name, labelSelector]): Promise<GatewayFacts> => {
      const [deployment, service, pods] = await Promise.all([
        client.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace, name }, { signal }),
        client.get({ apiVersion: "v1", kind: "Service", namespace: istioNamespace, name }, { signal }),
        client.list(
          {
            apiVersion: "v1",
            kind: "Pod",
            namespace: istioNamespace,
            labelSelector,
            fieldSelector: "status.phase=Running",
          },
          { signal },
        ),
      ]);
      const environment = deployment === undefined ? {} : environmentOf(deployment);
      const network = environment["ISTIO_META_NETWORK"] ?? environment["ISTIO_META_REQUESTED_NETWORK_VIEW"];
      const clusterId = environment["ISTIO_META_CLUSTER_ID"];
      return {
        name,
        ...readWorkload(deployment),
        ...(network === undefined ? {} : { network }),
        ...(clusterId === undefined ? {} : { clusterId }),
        ...(service === undefined ? {} : { service: readService(service) }),
        pods: await Promise.all(pods.filter(isReady).map(async (pod) => readProxy(client, pod.metadata.name, signal))),
      };
    }),
  );
}

function readService(service: KubeObject): NonNullable<GatewayFacts["service"]> {
  const spec = service["spec"] as
    | { readonly type?: string; readonly ports?: readonly { readonly port: number }[] }
    | undefined;
  const network = service.metadata.labels?.[networkLabel];
  return {
    type: spec?.type ?? "ClusterIP",
    ...(network === undefined ? {} : { network }),
    addresses: serviceAddresses(service),
    ports: (spec?.ports ?? []).map((one) => one.port),
  };
}

function isReady(pod: KubeObject): boolean {
  const status = pod["status"] as
    | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
    | undefined;
  const ready = status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
  return ready && pod.metadata["deletionTimestamp"] === undefined;
}

interface Listeners {
  readonly listener_statuses?: readonly {
    readonly local_address?: { readonly socket_address?: { readonly port_value?: number } };
  }[];
}

interface Certificates {
  readonly certificates?: readonly { readonly ca_cert?: readonly { readonly serial_number?: string }[] }[];
}

async function readProxy(client: KubeClient, name: string, signal: AbortSignal): Promise<GatewayPod> {
  const ask = async (path: string): Promise<unknown> => {
    const answer = await client.podHttpGet(istioNamespace, name, proxyAdminPort, path, { signal, timeoutMs: 10_000 });
    if (answer.status !== 200) {
      throw new Error(`${path} answered ${answer.status}`);
    }
    return JSON.parse(answer.body);
  };
  try {
    const [listeners, certificates] = (await Promise.all([ask("/listeners?format=json"), ask("/certs")])) as [
      Listeners,
      Certificates,
    ];
    return {
      name,
      listeners: (listeners.listener_statuses ?? []).flatMap(
        (one) => one.local_address?.socket_address?.port_value ?? [],
      ),
      roots: [
        ...new Set(
          (certificates.certificates ?? []).flatMap((one) =>
            (one.ca_cert ?? []).flatMap((ca) =>
              ca.serial_number === undefined ? [] : [plainSerial(ca.serial_number)],
            ),
          ),
        ),
      ],
    };
  } catch (error) {
    signal.throwIfAborted();
    return { name, problem: (error as Error).message, listeners: [], roots: [] };
  }
}
