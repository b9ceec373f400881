import { stringify } from "yaml";
import type { PlacedObject, RenderedMesh } from "../../core/render/render-mesh.ts";

/** All rendered objects as the contract's JSON document; secret values are fingerprints. */
export function renderedDocument({ management, clusters }: RenderedMesh): object {
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "Rendered",
    management: management.map((placed) => placed.object),
    clusters: Object.fromEntries(clusters.map((one) => [one.cluster, one.objects.map((placed) => placed.object)])),
  };
}

/** All rendered objects as a YAML stream, each headed by its cluster and wave; Rancher's local cluster comes first. */
export function renderedYaml({ management, clusters }: RenderedMesh): string {
  return [
    ...management.map((placed) => yamlDocument("Rancher's local cluster", placed)),
    ...clusters.flatMap((one) => one.objects.map((placed) => yamlDocument(`cluster ${one.cluster}`, placed))),
  ]
    .join("")
    .trimEnd();
}

function yamlDocument(place: string, { wave, object }: PlacedObject): string {
  // Through JSON, where a Secret turns into its fingerprint.
  const plain = JSON.parse(JSON.stringify(object)) as object;
  return `---\n# ${place}, wave ${wave}\n${stringify(plain, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}
