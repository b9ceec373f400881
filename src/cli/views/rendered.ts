import { stringify } from "yaml";
import type { RenderedCluster } from "../../core/render/render-mesh.ts";

/** All rendered objects as the contract's JSON document; secret values are fingerprints. */
export function renderedDocument(clusters: readonly RenderedCluster[]): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Rendered",
    management: [],
    clusters: Object.fromEntries(clusters.map((one) => [one.cluster, one.objects.map((placed) => placed.object)])),
  };
}

/** All rendered objects as a YAML stream, each headed by its cluster and wave. */
export function renderedYaml(clusters: readonly RenderedCluster[]): string {
  return clusters
    .flatMap((one) =>
      one.objects.map(({ wave, object }) => {
        // Through JSON, where a Secret turns into its fingerprint.
        const plain = JSON.parse(JSON.stringify(object)) as object;
        return `---\n# cluster ${one.cluster}, wave ${wave}\n${stringify(plain, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
      }),
    )
    .join("")
    .trimEnd();
}
