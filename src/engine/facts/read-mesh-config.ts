import { parse, YAMLParseError } from "yaml";
import type { MeshConfigFacts } from "../../core/checks/control-plane-facts.ts";
import type { LabelSelector } from "../../core/checks/policy-facts.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden } from "../../kube/errors.ts";
import { findIstiod } from "./istiod-pods.ts";
import { environmentOf } from "./read-workload.ts";

/** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig */
interface MeshConfig {
  readonly discoverySelectors?: readonly {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly {
      readonly key: string;
      readonly operator: string;
      readonly values?: readonly string[];
    }[];
  }[];
  readonly defaultServiceExportTo?: readonly string[];
  readonly defaultVirtualServiceExportTo?: readonly string[];
  readonly defaultDestinationRuleExportTo?: readonly string[];
  readonly trustDomain?: string;
  readonly trustDomainAliases?: readonly string[];
  readonly extensionProviders?: readonly Readonly<Record<string, unknown>>[];
}

/** What makes a provider one that an AuthorizationPolicy may ask (MeshConfig.ExtensionProvider). */
const authorizing = ["envoyExtAuthzGrpc", "envoyExtAuthzHttp"];

/** What is in no configuration that says nothing of it. */
const usualTrustDomain = "cluster.local";

/**
 * What istiod is told by its own ConfigMap and the shared one before it, whose
 * fields the own one replaces (SHARED_MESH_CONFIG; istio.io/istio,
 * pilot/pkg/bootstrap/mesh.go). Undefined where it cannot be read, or is in
 * neither.
 */
export async function readMeshConfig(client: KubeClient, signal: AbortSignal): Promise<MeshConfigFacts | undefined> {
  try {
    const istiod = await findIstiod(client, signal);
    const environment = istiod === undefined ? {} : environmentOf(istiod);
    const revision = environment["REVISION"] ?? "default";
    const shared = environment["SHARED_MESH_CONFIG"] ?? "";
    const name = revision === "" || revision === "default" ? "istio" : `istio-${revision}`;
    const [common, own] = await Promise.all(
      [shared, name].map(async (one) =>
        one === ""
          ? undefined
          : client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: istioNamespace, name: one }, { signal }),
      ),
    );
    const [text, sharedText = "{}"] = [own, common].map(
      (one) => (one?.["data"] as { readonly mesh?: string } | undefined)?.mesh,
    );
    return text === undefined ? undefined : factsOf(name, { ...configIn(sharedText), ...configIn(text) });
  } catch (error) {
    if (error instanceof YAMLParseError || isForbidden(error)) {
      return undefined;
    }
    throw error;
  }
}

/** Each field has two names, `trustDomain` and `trust_domain`, of which the first counts (findings/istio-reads-more-than-its-schema.sh). */
function configIn(text: string): MeshConfig {
  const read = (parse(text) ?? {}) as Readonly<Record<string, unknown>>;
  const camel = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const entries = Object.entries(read).map(([name, value]) => [camel(name), value] as const);
  return { ...Object.fromEntries(entries), ...read };
}

function factsOf(name: string, config: MeshConfig): MeshConfigFacts {
  const { discoverySelectors = [], trustDomain = "", trustDomainAliases = [] } = config;
  return {
    name,
    discoverySelectors: discoverySelectors.map(({ matchLabels = {}, matchExpressions = [] }): LabelSelector => ({
      matchLabels,
      matchExpressions: matchExpressions.map(({ key, operator, values = [] }) => ({ key, operator, values })),
    })),
    exportTo: {
      ...limited("services", config.defaultServiceExportTo),
      ...limited("virtualServices", config.defaultVirtualServiceExportTo),
      ...limited("destinationRules", config.defaultDestinationRuleExportTo),
    },
    trustDomain: trustDomain === "" ? usualTrustDomain : trustDomain,
    trustDomainAliases,
    authorizers: authorizersIn(config),
  };
}

function limited(kind: keyof MeshConfigFacts["exportTo"], to: readonly string[] = ["*"]): MeshConfigFacts["exportTo"] {
  return to.length === 0 || to.includes("*") ? {} : { [kind]: to };
}

function authorizersIn({ extensionProviders = [] }: MeshConfig): readonly string[] {
  return extensionProviders.flatMap((provider) =>
    typeof provider["name"] === "string" && authorizing.some((field) => provider[field] !== undefined)
      ? [provider["name"]]
      : [],
  );
}
