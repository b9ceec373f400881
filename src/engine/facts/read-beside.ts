import type { BesideFacts } from "../../core/checks/beside-facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { meshLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden } from "../../kube/errors.ts";
import { readGatewayRoutes } from "./read-gateway-routes.ts";
import { listEverywhere } from "./list-known.ts";
import { writtenBy } from "./written-by.ts";

/** Kinds that stay in an older version than the rest of Istio's. */
const filterVersion = "networking.istio.io/v1alpha3";
const pluginVersion = "extensions.istio.io/v1alpha1";

interface Spec {
  readonly workloadSelector?: { readonly labels?: Readonly<Record<string, string>> };
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly egress?: readonly { readonly hosts?: readonly string[] }[];
  readonly outboundTrafficPolicy?: { readonly mode?: string };
  readonly configPatches?: readonly { readonly applyTo?: string }[];
  readonly hosts?: readonly string[];
  readonly ingress?: readonly { readonly port?: { readonly number?: number }; readonly defaultEndpoint?: string }[];
  readonly address?: string;
  readonly endpoints?: readonly { readonly address?: string }[];
  readonly exportTo?: readonly string[];
}

/** Objects of all namespaces that change what proxies do beside Istio's own routes and policies; none of a kind that is not served. */
export async function readBeside(
  client: KubeClient,
  { apiVersion }: { readonly apiVersion: string },
  signal: AbortSignal,
): Promise<BesideFacts> {
  const read = async (kind: string, version = apiVersion): Promise<readonly KubeObject[]> =>
    listEverywhere(client, { apiVersion: version, kind }, signal);
  const [filters, plugins, extensions, sidecars, workloads, services, rules, routes, gatewayRoutes] = await Promise.all(
    [
      read("EnvoyFilter", filterVersion),
      read("WasmPlugin", pluginVersion),
      readExtensions(client, signal),
      read("Sidecar"),
      read("WorkloadEntry"),
      read("ServiceEntry"),
      read("DestinationRule"),
      read("VirtualService"),
      readGatewayRoutes(client, signal),
    ],
  );
  return {
    filters: [...filters, ...plugins, ...extensions.found].filter((object) => !isOfInstallation(object)).map(filterOf),
    ...(extensions.why === undefined ? {} : { unlisted: extensions.why }),
    sidecars: sidecars
      .filter((object) => (specOf(object).ingress ?? []).length > 0)
      .map((object) => ({
        ...selecting(object),
        ports: (specOf(object).ingress ?? []).flatMap(({ port }) => port?.number ?? []),
        ...handedOf(object),
      })),
    scopes: sidecars.flatMap(scopeOf),
    entries: [...workloads, ...services].map(entryOf),
    exported: [...rules, ...routes].flatMap((object) => {
      const { exportTo = [] } = specOf(object);
      return exportTo.length === 0 ? [] : [{ ...nameOf(object), exportTo }];
    }),
    ...(gatewayRoutes.length === 0 ? {} : { gatewayRoutes }),
  };
}

/** A kind that came with Istio 1.31: rights that name each kind may not have it yet, and all else is read without it. */
async function readExtensions(
  client: KubeClient,
  signal: AbortSignal,
): Promise<{ readonly found: readonly KubeObject[]; readonly why?: string }> {
  try {
    const kind = { apiVersion: pluginVersion, kind: "TrafficExtension" };
    return { found: await listEverywhere(client, kind, signal) };
  } catch (error) {
    if (isForbidden(error)) {
      return { found: [], why: error.message };
    }
    throw error;
  }
}

/** Texts of Envoy's types by which patches name a filter. */
const filterTypes = {
  local_ratelimit: "LocalRateLimit",
  fault: "HTTPFault",
  ext_authz: "ExtAuthz",
  lua: ".lua.v3.Lua",
  rbac: ".rbac.v3.RBAC",
  direct_response: ".direct_response.v3.Config",
} as const;

function filterOf(object: KubeObject): BesideFacts["filters"][number] {
  const text = JSON.stringify(object["spec"] ?? {});
  const sets = (["local_ratelimit", "fault", "ext_authz", "lua", "rbac", "direct_response"] as const).filter(
    (name) => text.includes(filterTypes[name]) || text.includes(`envoy.filters.http.${name}`),
  );
  return {
    ...selecting(object),
    ...(sets.length === 0 ? {} : { sets }),
    ...((specOf(object).configPatches ?? []).some(({ applyTo }) => applyTo === "CLUSTER") ? { clusters: true } : {}),
    written: writtenBy(object),
  };
}

/** `127.0.0.1:8080`, `0.0.0.0:8080` or `[::1]:8080`; sockets (`unix:///path`) have no port. */
function handedOf(object: KubeObject): Pick<BesideFacts["sidecars"][number], "handed"> {
  const handed = (specOf(object).ingress ?? []).flatMap(({ port: { number: port } = {}, defaultEndpoint = "" }) => {
    const [, to] = defaultEndpoint.startsWith("unix:") ? [] : (/:(\d+)$/.exec(defaultEndpoint) ?? []);
    return port === undefined || to === undefined || Number(to) === port ? [] : [[port, Number(to)] as const];
  });
  return handed.length === 0 ? {} : { handed: Object.fromEntries(handed) };
}

/** What a Sidecar says of requests that its pods send; nothing where it says nothing of them. */
function scopeOf(object: KubeObject): BesideFacts["scopes"] {
  const { egress = [], outboundTrafficPolicy: policy } = specOf(object);
  const blocks = policy?.mode === "REGISTRY_ONLY";
  const hosts = egress.flatMap(({ hosts: all = [] }) => all);
  return egress.length === 0 && !blocks ? [] : [{ ...selecting(object), hosts, blocks, written: writtenBy(object) }];
}

function entryOf(object: KubeObject): BesideFacts["entries"][number] {
  const { hosts } = specOf(object);
  return {
    ...nameOf(object),
    addresses: addressesOf(object),
    ...(hosts === undefined ? {} : { hosts }),
    written: writtenBy(object),
  };
}

/** Releases before 1.18 come with EnvoyFilters for their metrics, which carry their revision. */
function isOfInstallation({ metadata: { labels = {} } }: KubeObject): boolean {
  return meshLabel in labels || "istio.io/rev" in labels || "install.operator.istio.io/owning-resource" in labels;
}

function addressesOf(object: KubeObject): readonly string[] {
  const { address, endpoints = [] } = specOf(object);
  return [address, ...endpoints.map((one) => one.address)].flatMap((one) => one ?? []);
}

function selecting(object: KubeObject): Omit<BesideFacts["filters"][number], "written"> {
  const { workloadSelector, selector } = specOf(object);
  const labels = workloadSelector?.labels ?? selector?.matchLabels;
  return { ...nameOf(object), ...(labels === undefined ? {} : { selector: labels }) };
}

function nameOf({ kind, metadata }: KubeObject): {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
} {
  return { kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

function specOf(object: KubeObject): Spec {
  return (object["spec"] ?? {}) as Spec;
}
