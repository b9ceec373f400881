import type { KubeClient } from "../../kube/client.ts";
import { listIstiodPods, readIstiodDebug } from "./istiod-pods.ts";

/** What a proxy has refused of what its istiod sent it last. */
export interface Refusal {
  /** `RDS`, or a name like it. */
  readonly type: string;
  /** By which answer, so that one push can be told from the next. */
  readonly nonce: string;
  /** Envoy's own words. */
  readonly words: string;
}

/** How far a proxy is, by the istiod that it is connected to. */
export interface ProxyState {
  /** `pod.namespace` */
  readonly proxy: string;
  readonly istiod: string;
  /** The kinds of configuration that were sent and not acknowledged; without those that are refused. */
  readonly pending: readonly string[];
  /** Known from Istio 1.24 on; before, what is refused is pending for ever. */
  readonly refused: readonly Refusal[];
}

interface SyncEntry {
  readonly proxy?: string;
  /** By type URL, from Istio 1.24 on (istio.io/istio, pilot/pkg/xds/debug.go, ResourceStatus). */
  readonly resources?: Readonly<
    Record<string, { readonly sent?: string; readonly acked?: string; readonly lastError?: string }>
  >;
  readonly [field: string]: unknown;
}

/** Names of discovery services by the last part of the type that they hand out. */
const services: Readonly<Record<string, string>> = {
  Cluster: "CDS",
  Listener: "LDS",
  RouteConfiguration: "RDS",
  ClusterLoadAssignment: "EDS",
  Secret: "SDS",
  TypedExtensionConfig: "ECDS",
};

/** The fields of releases before 1.24. */
const fields: Readonly<Record<string, string>> = {
  cluster: "CDS",
  listener: "LDS",
  route: "RDS",
  endpoint: "EDS",
  extensionconfig: "ECDS",
};

/**
 * Every proxy that is connected to an istiod of the cluster, by `/debug/syncz`
 * (what `istioctl proxy-status` asks). An istiod that cannot be asked is left
 * out, with its proxies.
 */
export async function readProxyStates(client: KubeClient, signal: AbortSignal): Promise<readonly ProxyState[]> {
  const pods = await listIstiodPods(client, signal);
  const states = await Promise.all(
    pods.map(async ({ metadata: { name } }): Promise<readonly ProxyState[]> => {
      try {
        const entries = ((await readIstiodDebug(client, name, "/debug/syncz", signal)) ?? []) as readonly SyncEntry[];
        return entries.map((entry) => stateOf(entry, name));
      } catch {
        signal.throwIfAborted();
        return [];
      }
    }),
  );
  return states.flat();
}

function stateOf(entry: SyncEntry, istiod: string): ProxyState {
  const proxy = entry.proxy ?? "";
  if (entry.resources === undefined) {
    const pending = Object.entries(fields).flatMap(([field, type]) =>
      (entry[`${field}_sent`] ?? "") === (entry[`${field}_acked`] ?? "") ? [] : [type],
    );
    return { proxy, istiod, pending, refused: [] };
  }
  const types = Object.entries(entry.resources).map(([url, one]) => {
    const last = url.split(".").at(-1) ?? url;
    return { type: services[last] ?? last, ...one };
  });
  return {
    proxy,
    istiod,
    pending: types.flatMap(({ type, sent = "", acked = "", lastError = "" }) =>
      lastError === "" && sent !== acked ? [type] : [],
    ),
    refused: types.flatMap(({ type, sent = "", lastError = "" }) =>
      lastError === "" ? [] : [{ type, nonce: sent, words: lastError }],
    ),
  };
}
