import type { Rancher } from "./rancher.ts";
import type { StoredToken } from "./token.ts";
import { expiryOf } from "./token.ts";

/** The address of something below /v3. */
export function linkTo(rancher: Rancher, path: string): string {
  return `${rancher.url}/v3/${path}`;
}

/** `created` and, in milliseconds, `createdTS`, out of an ISO 8601 time. */
export function created(at: string): { readonly created: string; readonly createdTS: number } {
  return { created: formatTime(new Date(at)), createdTS: Date.parse(at) };
}

/** A time as Kubernetes and Rancher write it: RFC 3339, UTC, whole seconds. */
export function formatTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** When a token ends, as both APIs show it; "" for never. */
export function viewExpiry(token: StoredToken): string {
  const expiry = expiryOf(token);
  return expiry === undefined ? "" : formatTime(expiry);
}

/** A list of the v3 API, all of it in one page (norman's Collection). */
export function collection(rancher: Rancher, type: string, plural: string, data: readonly object[]): object {
  return {
    type: "collection",
    links: { self: linkTo(rancher, plural) },
    createTypes: {},
    actions: {},
    pagination: { limit: 1000, total: data.length },
    sort: { order: "asc" },
    filters: {},
    resourceType: type,
    data,
  };
}
