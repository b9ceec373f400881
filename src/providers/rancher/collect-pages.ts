import { isRecord, textOf } from "../../kube/kubeconfig/read-fields.ts";
import type { RancherRequests } from "./rancher-requests.ts";
import type { RancherRequest } from "./rancher-wire.ts";

/**
 * All items of a collection of `/v3`, page by page. Only path and query of a
 * `next` link are used: Rancher writes its setting `server-url` into links,
 * which may be another address than the one that works from here.
 */
export async function collectPages(
  requests: RancherRequests,
  first: Omit<RancherRequest, "method">,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  const seen = new Set<string>();
  for (let path: string | undefined = first.path; path !== undefined && !seen.has(path);) {
    seen.add(path);
    const { body } = await requests.send({ ...first, method: "GET", path });
    items.push(...(Array.isArray(body["data"]) ? (body["data"] as readonly unknown[]) : []));
    const next = isRecord(body["pagination"]) ? textOf(body["pagination"]["next"]) : undefined;
    path = next !== undefined && URL.canParse(next) ? relativeTo(first.path, new URL(next)) : undefined;
  }
  return items;
}

/** The link's query on the collection's own path: a path before Rancher's (behind a load balancer) is in neither. */
function relativeTo(collection: string, next: URL): string {
  return `${collection.split("?")[0]}${next.search}`;
}
