import { isRecord } from "../../kube/kubeconfig/read-fields.ts";

/** The one chart that the double can run. */
export const onlyChart = "rancher-istio";

/** A request to the catalog. */
export type CatalogRequest =
  | {
      readonly action: "install" | "upgrade";
      readonly repo: string;
    }
  | { readonly action: "uninstall"; readonly namespace: string; readonly name: string }
  | { readonly action: "read"; readonly kind: "App" | "Operation"; readonly namespace: string; readonly name: string };

/** What is asked of the catalog by method, path (within the cluster) and query; undefined for what it does not have. */
export function readCatalogRequest(
  method: string | undefined,
  path: string,
  query: URLSearchParams,
): CatalogRequest | undefined {
  const [, api, type = "", ...names] = path.split("/").map(decodeURIComponent);
  const [first, second] = names;
  const action = query.get("action");
  if (api !== "v1" || first === undefined) {
    return undefined;
  }
  if (type === "catalog.cattle.io.clusterrepos" && second === undefined && method === "POST") {
    return action === "install" || action === "upgrade" ? { action, repo: first } : undefined;
  }
  if (second === undefined || names.length !== 2) {
    return undefined;
  }
  if (type === "catalog.cattle.io.apps" && method === "POST") {
    return action === "uninstall" ? { action, namespace: first, name: second } : undefined;
  }
  const kinds = { "catalog.cattle.io.apps": "App", "catalog.cattle.io.operations": "Operation" } as const;
  const kind = Object.entries(kinds).find(([one]) => one === type)?.[1];
  return kind !== undefined && method === "GET" ? { action: "read", kind, namespace: first, name: second } : undefined;
}

/** A release as an install or upgrade asks for it (RANCHER steve/catalog/types/rest.go). */
export interface ReleaseRequest {
  readonly release: string;
  readonly version: string;
  readonly namespace: string;
  /** `c-xxxxx:p-xxxxx`; "" for none. */
  readonly projectId: string;
  readonly description: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** The value `overlayFile`. */
  readonly overlay: string;
}

/** Reads an install's or upgrade's body; a text says what is wrong with it. */
export function readRelease(body: Readonly<Record<string, unknown>>): ReleaseRequest | string {
  const charts = Array.isArray(body["charts"]) ? body["charts"].filter(isRecord) : [];
  const [chart] = charts;
  if (chart === undefined || charts.length !== 1) {
    return "the double installs one chart at a time";
  }
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const name = text(chart["chartName"]);
  if (name !== onlyChart) {
    return `the double has no chart ${JSON.stringify(name)}, only ${onlyChart}`;
  }
  const values = isRecord(chart["values"]) ? chart["values"] : {};
  return {
    release: text(chart["releaseName"]) || onlyChart,
    version: text(chart["version"]),
    namespace: text(body["namespace"]) || "istio-system",
    // The dashboard writes a slash where the annotation has a colon.
    projectId: text(body["projectId"]).replace("/", ":"),
    description: text(chart["description"]),
    values,
    overlay: text(values["overlayFile"]),
  };
}
