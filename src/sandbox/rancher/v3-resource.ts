import type { Rancher } from "./rancher.ts";

/** The address of something below /v3. */
export function linkTo(rancher: Rancher, path: string): string {
  return `${rancher.url}/v3/${path}`;
}

/** `created` and, in milliseconds, `createdTS`, out of an ISO 8601 time. */
export function created(at: string): { readonly created: string; readonly createdTS: number } {
  return { created: at, createdTS: Date.parse(at) };
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
