import type { CatalogueEntry } from "../catalogue.ts";

export const sandboxCodes = {
  ISM701: { summary: "The sandbox cannot run here", explanation: "" },
} as const satisfies Record<string, CatalogueEntry>;
