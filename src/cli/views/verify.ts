import { verificationDocument } from "../../engine/documents/verify.ts";
import type { Verification } from "../../engine/operations/verify.ts";
import { viewVerification } from "./human/verify.ts";
import { verificationJunit } from "./junit/verify.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus verify` prints, and the proof of a shift. */
export interface VerifyView {
  readonly verification: (verification: Verification) => void;
}

/** The view that `-o` names. */
export function verifyView(output: "table" | "json" | "junit", out: Printer): VerifyView {
  const views: Readonly<Record<typeof output, VerifyView>> = {
    table: { verification: (verification) => out.print(viewVerification(verification, out.palette)) },
    json: { verification: (verification) => out.printJson(verificationDocument(verification)) },
    junit: { verification: (verification) => out.print(verificationJunit(verification)) },
  };
  return views[output];
}
