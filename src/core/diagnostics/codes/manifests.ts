import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM225-ISM229, ISM234-ISM238, ISM243-ISM248: what stands in a service's manifests. */
export const manifestCodes = {
  ISM225: {
    summary: "One object is made twice",
    explanation:
      "A cluster keeps one object of each kind, namespace and name. Two of that identity with different content come out of the mesh file, the manifests of its services and Istio's own manifests, so one would replace the other: a VirtualService in a service's folder that has the name of a route would take the route's weights away. The API version does not tell two objects apart, since each object is served in all versions of its group. Objects that are the same are applied once, and a Namespace is merged.",
  },
  ISM226: {
    summary: "A Namespace is given contradicting values",
    explanation:
      "A Namespace in a service's manifests is merged with the one that the mesh needs: labels, annotations and finalizers of both are applied. A field that both give, with different values, cannot be merged. `istio-injection: disabled` in the manifests, for instance, contradicts the mesh, which needs the sidecar of every workload.",
  },
  ISM227: {
    summary: "A manifest is not read as it is written",
    explanation:
      "Manifests are read as kubectl reads them: YAML 1.1 with octal numbers, yes and no, merge keys and exact integers up to 64 bits. What cannot be an object for it is refused. What it would drop or change without a word is refused too: the first of two equal keys in a mapping, documents after a line of three dots, `y:` as a key, which becomes `true:`, and a merge key that replaces what stands above it. Lines of Secrets are shown with asterisks in place of their values.",
  },
  ISM228: {
    summary: "A Helm template is not rendered",
    explanation:
      "A file of a service's manifests holds actions of a Helm chart, such as `{{ .Values.image }}`. Charts are templates and no objects: only helm puts the values in. Give what `helm template` prints as manifests.",
  },
} as const satisfies Record<string, CatalogueEntry>;
