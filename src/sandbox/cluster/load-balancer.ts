import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./api-client.ts";
import { ApiError } from "./api-client.ts";
import { assignAddress } from "./assign-address.ts";

interface Service {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly spec?: { readonly type?: string; readonly loadBalancerClass?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

type ServiceEvent =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Service }
  | { readonly type: "BOOKMARK"; readonly object: { readonly metadata: { readonly resourceVersion: string } } }
  | { readonly type: "ERROR"; readonly object: { readonly code?: number; readonly message?: string } };

export interface LoadBalancerOptions {
  readonly api: ApiClient;
  /** CIDR of the addresses to hand out. */
  readonly range: string;
  readonly signal: AbortSignal;
  /** Called whenever it begins (true) or stops (false) to follow the cluster's services. */
  readonly onFollowing: (following: boolean) => void;
  /** Receives one line of text for its log. */
  readonly onLog: (line: string) => void;
}

/**
 * Hands out addresses: every Service of type LoadBalancer (without a class of
 * its own) gets one of the range for as long as it lives, written into its
 * status. kube-proxy on the node does the rest. Follows the cluster until the
 * signal fires; lost connections begin anew with a list. Never rejects.
 */
export async function runLoadBalancer(options: LoadBalancerOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await followServices(options);
    } catch (error) {
      if (!options.signal.aborted) {
        options.onLog(`begins anew: ${(error as Error).message}`);
        options.onFollowing(false);
        await sleep(500, undefined, { signal: options.signal }).catch(() => undefined);
      }
    }
  }
}

async function followServices(options: LoadBalancerOptions): Promise<void> {
  const list = (await options.api.send("/api/v1/services", { signal: options.signal })) as {
    readonly metadata: { readonly resourceVersion: string };
    readonly items: readonly Service[];
  };
  const addresses = new Map<string, string>();
  // Those that have an address come first, so that a new service cannot take it from them.
  for (const service of list.items.toSorted((left, right) => Number(hasAddress(right)) - Number(hasAddress(left)))) {
    await serve(service, addresses, options);
  }
  options.onFollowing(true);
  let version = list.metadata.resourceVersion;
  for (;;) {
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${version}`;
    for await (const event of options.api.watch(
      `/api/v1/services?${query}`,
      options.signal,
    ) as AsyncIterable<ServiceEvent>) {
      if (event.type === "ERROR") {
        throw new Error(event.object.message ?? "the watch ended");
      }
      if (event.type === "DELETED") {
        release(event.object, addresses, options);
      } else if (event.type !== "BOOKMARK") {
        await serve(event.object, addresses, options);
      }
      version = event.object.metadata.resourceVersion;
    }
  }
}

async function serve(service: Service, addresses: Map<string, string>, options: LoadBalancerOptions): Promise<void> {
  if (service.spec?.type !== "LoadBalancer" || service.spec.loadBalancerClass !== undefined) {
    release(service, addresses, options);
    return;
  }
  const key = keyOf(service);
  const current = service.status?.loadBalancer?.ingress?.[0]?.ip;
  const known = addresses.get(key);
  addresses.delete(key);
  const address = assignAddress(options.range, known ?? current, new Set(addresses.values()));
  if (address === undefined) {
    options.onLog(`${key}: every address of ${options.range} is taken`);
    return;
  }
  addresses.set(key, address);
  if (current !== address) {
    await writeAddress(service, address, options);
  }
}

async function writeAddress(service: Service, address: string, options: LoadBalancerOptions): Promise<void> {
  const { namespace, name } = service.metadata;
  try {
    await options.api.send(`/api/v1/namespaces/${namespace}/services/${name}/status?fieldManager=isthmus-sandbox`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { status: { loadBalancer: { ingress: [{ ip: address }] } } },
      signal: options.signal,
    });
    options.onLog(`${keyOf(service)}: ${address}`);
  } catch (error) {
    // Deleted in the meantime: the watch tells it next.
    if (!(error instanceof ApiError) || error.status !== 404) {
      throw error;
    }
  }
}

function release(service: Service, addresses: Map<string, string>, options: LoadBalancerOptions): void {
  const key = keyOf(service);
  const address = addresses.get(key);
  if (addresses.delete(key)) {
    options.onLog(`${key}: ${address ?? ""} is free again`);
  }
}

function hasAddress(service: Service): boolean {
  return service.status?.loadBalancer?.ingress?.[0]?.ip !== undefined;
}

function keyOf(service: Service): string {
  return `${service.metadata.namespace}/${service.metadata.name}`;
}
