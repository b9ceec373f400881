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
  return api === "v1" ? routes[`${method} ${type}`]?.(names, query.get("action")) : undefined;
}

type ReadRoute = (names: readonly string[], action: string | null) => CatalogRequest | undefined;

/** By method and type; what follows the type are names: of a repository, or of a namespace and an object in it. */
const routes: Readonly<Record<string, ReadRoute>> = {
  "POST catalog.cattle.io.clusterrepos": ([repo, ...more], action) =>
    repo !== undefined && more.length === 0 && (action === "install" || action === "upgrade")
      ? { action, repo }
      : undefined,
  "POST catalog.cattle.io.apps": (names, action) =>
    action === "uninstall" ? inNamespace(names, (place) => ({ action, ...place })) : undefined,
  "GET catalog.cattle.io.apps": (names) => inNamespace(names, (place) => ({ action: "read", kind: "App", ...place })),
  "GET catalog.cattle.io.operations": (names) =>
    inNamespace(names, (place) => ({ action: "read", kind: "Operation", ...place })),
};

/** Undefined unless these are exactly the names of a namespace and of an object. */
function inNamespace(
  [namespace, name, ...more]: readonly string[],
  ask: (place: { readonly namespace: string; readonly name: string }) => CatalogRequest,
): CatalogRequest | undefined {
  return namespace !== undefined && name !== undefined && more.length === 0 ? ask({ namespace, name }) : undefined;
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
