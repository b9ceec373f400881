import type { CatalogueEntry } from "../catalogue.ts";

export const accessCodes = {
  ISM251: { summary: "Unknown context", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
