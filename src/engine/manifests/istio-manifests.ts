import { writeJson } from "../../core/model/exact-json.ts";
import { createHash } from "node:crypto";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { installMethods } from "../../core/render/install-methods.ts";
import { createLimiter } from "../../kube/limiter.ts";
import { tolerateListeners } from "../../kube/tolerate-listeners.ts";
import { renderByHelm } from "./helm-manifests.ts";
import { renderByIstioctl } from "./istioctl-manifests.ts";
import type { ClusterPlatform } from "../clusters/cluster-platform.ts";
import type { IstioRenderer, LocateValue, ManifestOptions } from "./istio-renderer.ts";

/**
 * What makes Istio's own objects by the method that the mesh file asks for. It
 * looks for its program once, and runs only a few at a time, however many
 * clusters are asked for at once.
 */
export async function createIstioRenderer(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions & { readonly locate?: LocateValue },
): Promise<IstioRenderer> {
  switch (installMethods[mesh.istio.install].renderer) {
    case "istioctl":
      return renderByIstioctl(mesh, platforms, options);
    case "helm":
      return await renderByHelm(mesh, platforms, options);
    case undefined:
      // Something in the cluster renders Istio's objects there; core renders what it is told.
      return async () => [];
  }
}

/** How many clusters' manifests are read and parsed at once: their texts are some megabytes each. */
const readAtATime = 4;

/**
 * Istio's own objects for every cluster, by the cluster's name. Objects that
 * are the same in several clusters are one object, and the injector's template
 * is one text: those of a hundred clusters would be most of the memory of a plan.
 */
export async function generateIstioManifests(
  mesh: Mesh,
  platforms: Readonly<Record<string, ClusterPlatform>>,
  options: ManifestOptions & { readonly locate?: LocateValue },
): Promise<Readonly<Record<string, readonly KubeObject[]>>> {
  const render = await createIstioRenderer(mesh, platforms, options);
  tolerateListeners(options.signal);
  const limiter = createLimiter(readAtATime);
  const known = new Map<string, KubeObject>();
  const texts = new Map<string, string>();
  const share = (object: KubeObject): KubeObject => {
    if (object.kind === "Secret") {
      return object;
    }
    const key = createHash("sha256").update(writeJson(object)).digest("base64");
    const shared = known.get(key) ?? withSharedTexts(object, texts);
    known.set(key, shared);
    return shared;
  };
  return Object.fromEntries(
    await Promise.all(
      mesh.clusters.map(async (cluster) =>
        limiter.run(options.signal, async () => [cluster.name, (await render(cluster)).map(share)] as const),
      ),
    ),
  );
}

/** The object with what its ConfigMap holds taken from `texts`, where it is there already. */
function withSharedTexts(object: KubeObject, texts: Map<string, string>): KubeObject {
  const { data } = object as { readonly data?: Readonly<Record<string, string>> };
  if (object.kind !== "ConfigMap" || data === undefined) {
    return object;
  }
  const shared = Object.entries(data).map(([name, text]) => {
    const known = texts.get(text) ?? text;
    texts.set(known, known);
    return [name, known] as const;
  });
  return { ...object, data: Object.fromEntries(shared) };
}
