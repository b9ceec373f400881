import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM240-ISM249: kustomizations as a service's manifests. */
export const kustomizeCodes = {
  ISM240: {
    summary: "Nothing here builds kustomizations",
    explanation:
      "`spec.services[].manifests` names a kustomization. `kustomize` and `kubectl` in PATH and the sandbox engine's kubectl are looked for, in this order, and none is there.",
  },
  ISM241: {
    summary: "A kustomization refers to another machine",
    explanation:
      "The same mesh file gives the same objects each time, also without a network. A kustomization that names a URL or a Git repository would be fetched at every run, and what it gives may change between the plan and the apply.",
  },
  ISM242: {
    summary: "kustomize refused a kustomization",
    explanation:
      "kustomize did not build the kustomization that a service names as its manifests. Files that it reads must be below its own folder (`LoadRestrictionsRootOnly`); helm charts and plugins are off.",
  },
} as const satisfies Record<string, CatalogueEntry>;
