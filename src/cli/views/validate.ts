import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { viewValidation } from "./human/validation.ts";
import type { Printer } from "./printer.ts";

/** What a mesh file is, with everything that is to be said of it. */
export interface Validation {
  /** The file's name as given; `<stdin>` for what came from there. */
  readonly name: string;
  /** Undefined when something of it is wrong. */
  readonly mesh: Mesh | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

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
