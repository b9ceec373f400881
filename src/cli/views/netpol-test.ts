import { connectionDocument } from "../../engine/documents/netpol.ts";
import type { ConnectionTest } from "../../core/netpol/results.ts";
import { viewConnection } from "./human/netpol-test.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus netpol test` prints. */
export interface NetpolTestView {
  readonly connection: (tested: ConnectionTest) => void;
}

/** The view that `-o` names. */
export function netpolTestView(output: "table" | "json", out: Printer): NetpolTestView {
  const views: Readonly<Record<typeof output, NetpolTestView>> = {
    table: { connection: (tested) => out.print(viewConnection(tested, out.palette)) },
    json: { connection: (tested) => out.printJson(connectionDocument(tested)) },
  };
  return views[output];
}
