import { parse, YAMLParseError } from "yaml";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { KubeError } from "../../kube/errors.ts";
import { findIstiod } from "./istiod-pods.ts";
import { environmentOf } from "./read-workload.ts";

/** What makes a provider one that an AuthorizationPolicy may ask (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider). */
const authorizing = ["envoyExtAuthzGrpc", "envoyExtAuthzHttp"];

/**
 * The names of the authorizers that istiod's mesh configuration has: that of
 * its own ConfigMap and the shared one beside it. Undefined where it cannot be
 * read, or is in none of these.
 */
export async function readAuthorizers(
  client: KubeClient,
  signal: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const istiod = await findIstiod(client, signal);
    const environment = istiod === undefined ? {} : environmentOf(istiod);
    const revision = environment["REVISION"] ?? "default";
    const shared = environment["SHARED_MESH_CONFIG"];
    const own = revision === "" || revision === "default" ? "istio" : `istio-${revision}`;
    const names = [own, ...(shared === undefined || shared === "" ? [] : [shared])];
    const maps = await Promise.all(
      names.map(async (name) =>
        client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: istioNamespace, name }, { signal }),
      ),
    );
    const texts = maps.flatMap((one) => (one?.["data"] as { readonly mesh?: string } | undefined)?.mesh ?? []);
    return maps[0] === undefined ? undefined : new Set(texts.flatMap(authorizersIn));
  } catch (error) {
    if (error instanceof YAMLParseError || (error instanceof KubeError && error.kind === "forbidden")) {
      return undefined;
    }
    throw error;
  }
}

function authorizersIn(text: string): readonly string[] {
  const { extensionProviders = [] } = (parse(text) ?? {}) as {
    readonly extensionProviders?: readonly Readonly<Record<string, unknown>>[];
  };
  return extensionProviders.flatMap((provider) =>
    typeof provider["name"] === "string" && authorizing.some((field) => provider[field] !== undefined)
      ? [provider["name"]]
      : [],
  );
}
