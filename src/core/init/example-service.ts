import type { InitCluster } from "./init-mesh.ts";
import { yamlText } from "./yaml-text.ts";

/** A service in one version per cluster (two at most) and a route that splits requests between them, switched off. */
export function exampleService(clusters: readonly InitCluster[]): readonly string[] {
  const two = clusters.slice(0, 2);
  const versions = two.map(({ name }, index) => `        #v${index + 1}: { clusters: [${yamlText(name)}] }`);
  return [
    "  # Services that the mesh carries between its clusters: which cluster runs which version, and who gets how much.",
    "  # Change the weights later with: isthmus shift",
    "  #services:",
    "    #- name: helloworld",
    "      #namespace: sample",
    "      #port: 5000",
    "      #manifests: helloworld.yaml",
    "      #versions:",
    ...versions,
    "      #routes:",
    "        #- name: helloworld",
    "          #gateway: helloworld-gateway",
    '          #hosts: ["*"]',
    "          #match: { exact: /hello }",
    `          #weights: { ${two.length === 1 ? "v1: 100" : "v1: 90, v2: 10"} }`,
  ];
}
