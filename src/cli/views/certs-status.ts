import { certsDocument } from "../../engine/documents/certs.ts";
import type { CertsStatus } from "../../engine/operations/certs-status.ts";
import { viewCertsStatus } from "./human/certs-status.ts";
import type { Printer } from "./printer.ts";

export type CertsOutput = "table" | "json";

/** What `isthmus certs status` prints. `now` is in milliseconds since the epoch. */
export interface CertsStatusView {
  readonly status: (status: CertsStatus, now: number) => void;
}

/** The view that `-o` names. */
export function certsStatusView(output: CertsOutput, out: Printer): CertsStatusView {
  const views: Readonly<Record<CertsOutput, CertsStatusView>> = {
    table: { status: (status, now) => out.print(viewCertsStatus(status, now, out.palette)) },
    json: { status: (status) => out.printJson(certsDocument(status)) },
  };
  return views[output];
}
