import type { CatalogueEntry } from "../catalogue.ts";

export const usageCodes = {
  ISM001: { summary: "Wrong usage", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
