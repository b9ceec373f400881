import type { Verification } from "../traffic/verification.ts";

/** The proof as one JSON document, `kind: Verification`. Shares are fractions, `asked` is in percent. */
export function verificationDocument(verification: Verification): object {
  return { apiVersion: "isthmus.dev/v1alpha1", kind: "Verification", ...verification };
}
