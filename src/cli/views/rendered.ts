import { writeJson } from "../../core/model/exact-json.ts";
import { writeYaml } from "../../core/model/object-yaml.ts";
import type { PlacedObject } from "../../core/render/place-objects.ts";
import type { OfflineRender } from "../../engine/operations/render.ts";

/**
 * All rendered objects as the contract's JSON document, in parts that each
 * end with their line: the whole one of a thousand clusters would not fit into
 * memory. Secret values are fingerprints.
 */
export async function* renderedJson({
  rancherLocal,
  clusters,
}: OfflineRender): AsyncGenerator<string, void, undefined> {
  const head = writeJson(
    {
      apiVersion: "isthmus.dev/v1alpha1",
      kind: "Rendered",
      management: rancherLocal.map((placed) => placed.object),
      clusters: {},
    },
    2,
  );
  // Without the two braces at its end, which close the clusters and the document.
  let before = head.slice(0, head.lastIndexOf("}\n"));
  for await (const one of clusters) {
    const objects = writeJson(
      one.objects.map((placed) => placed.object),
      2,
    ).replaceAll("\n", "\n    ");
    yield before;
    before = `    ${JSON.stringify(one.cluster)}: ${objects},`;
  }
  yield `${before.replace(/,$/, "")}\n  }\n}`;
}

/** All rendered objects as a YAML stream, each headed by its cluster and wave; Rancher's local cluster comes first. */
export async function* renderedYaml({
  rancherLocal,
  clusters,
}: OfflineRender): AsyncGenerator<string, void, undefined> {
  if (rancherLocal.length > 0) {
    yield rancherLocal.map((placed) => yamlDocument("Rancher's local cluster", placed)).join("");
  }
  for await (const one of clusters) {
    yield one.objects.map((placed) => yamlDocument(`cluster ${one.cluster}`, placed)).join("");
  }
}

function yamlDocument(place: string, { wave, object, mergedFrom }: PlacedObject): string {
  const merged = mergedFrom === undefined ? "" : `, merged with ${mergedFrom.join(", ")}`;
  return `---\n# ${place}, wave ${wave}${merged}\n${writeYaml(object)}`;
}
