import type { CatalogueEntry } from "../catalogue.ts";

export const applyCodes = {
  ISM301: { summary: "Apply failed", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
