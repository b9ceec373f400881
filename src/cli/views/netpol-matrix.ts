import { matrixDocument } from "../../engine/documents/netpol.ts";
import type { ReachMatrices } from "../../core/netpol/results.ts";
import { matrixPage } from "./html/netpol-matrix.ts";
import { viewMatrices } from "./human/netpol-matrix.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus netpol matrix` prints. */
export interface NetpolMatrixView {
  readonly matrices: (found: ReachMatrices) => void;
}

/** The view that `-o` names. */
export function netpolMatrixView(output: "table" | "json" | "html", out: Printer): NetpolMatrixView {
  const views: Readonly<Record<typeof output, NetpolMatrixView>> = {
    table: { matrices: (found) => out.print(viewMatrices(found, out.palette)) },
    json: { matrices: (found) => out.printJson(matrixDocument(found)) },
    html: { matrices: (found) => out.print(matrixPage(found)) },
  };
  return views[output];
}
