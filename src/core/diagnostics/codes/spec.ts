import type { CatalogueEntry } from "../catalogue.ts";

export const specCodes = {
  ISM101: { summary: "Not YAML", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
