import type { CatalogueEntry } from "../catalogue.ts";

export const verifyCodes = {
  ISM401: { summary: "Weights are not as asked", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
