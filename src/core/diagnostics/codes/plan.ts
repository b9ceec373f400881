import type { CatalogueEntry } from "../catalogue.ts";

export const planCodes = {
  ISM201: { summary: "Cluster belongs to another mesh", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
