import { checkDocument } from "../../engine/documents/check.ts";
import type { Checked } from "../../engine/operations/check.ts";
import { shortCheck } from "./human/check-short.ts";
import { viewCheck } from "./human/check.ts";
import { checkJunit } from "./junit/check.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus check` prints. */
export interface CheckView {
  readonly report: (checked: Checked) => void;
}

/** The view that `-o` names. */
export function checkView(output: "table" | "short" | "json" | "junit", out: Printer): CheckView {
  const views: Readonly<Record<typeof output, CheckView>> = {
    table: { report: ({ report }) => out.print(viewCheck(report, out.palette)) },
    short: { report: ({ report }) => out.print(shortCheck(report, out.palette)) },
    json: { report: ({ facts, report }) => out.printJson(checkDocument(facts, report)) },
    junit: { report: ({ report }) => out.print(checkJunit(report)) },
  };
  return views[output];
}
