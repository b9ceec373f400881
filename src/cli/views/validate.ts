import type { Validation } from "../../engine/operations/validate.ts";
import { viewValidation } from "./human/validation.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus validate` prints. */
export interface ValidateView {
  readonly validation: (validation: Validation) => void;
}

/** The view that `-o` names. */
export function validateView(output: "table" | "json", out: Printer): ValidateView {
  const views: Readonly<Record<typeof output, ValidateView>> = {
    table: {
      validation: ({ name, mesh, diagnostics }) => {
        out.report(diagnostics);
        out.print(viewValidation(name, mesh, diagnostics, out.palette));
      },
    },
    json: {
      validation: ({ name, mesh, diagnostics }) =>
        out.printJson({
          apiVersion: "isthmus.dev/v1alpha1",
          kind: "Validation",
          file: name,
          valid: mesh !== undefined,
          diagnostics,
        }),
    },
  };
  return views[output];
}
