import type { CatalogueEntry } from "../catalogue.ts";

export const pkiCodes = {
  ISM501: { summary: "Root key missing", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
