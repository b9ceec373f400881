import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command-line/command.ts";
import { usageError } from "../command-line/usage-error.ts";

/** `isthmus explain` */
export const explainCommand = defineCommand({
  name: "explain",
  summary: "Says what a field of the mesh file or the code of a message means",
  examples: [
    { command: "isthmus explain clusters.network", does: "a field, from the top of the file or below spec" },
    { command: "isthmus explain ISM104", does: "a code" },
    { command: "isthmus explain spec", does: "all fields of spec" },
  ],
  arguments: {
    subject: { value: "FIELD|CODE", summary: "A field of the mesh file by its path, or a code", required: true },
  },
  run: async (args, context) => {
    const { subject } = args;
    if (/^ISM\d+$/i.test(subject)) {
      const { catalogue } = await import("../../core/diagnostics/catalogue.ts");
      const code = subject.toUpperCase();
      const entry = catalogue[code];
      if (entry === undefined) {
        throw usageError(
          "ISM009",
          `There is no code ${code}.`,
          "Codes stand in brackets in every message: error[ISM104].",
        );
      }
      context.print(`${context.palette.strong(`${code}  ${entry.summary}`)}\n\n${entry.explanation}`);
      return exitCodes.ok;
    }
    const { explainField, suggestField } = await import("../../core/mesh-file/explain-field.ts");
    const explained = explainField(subject);
    if (explained === undefined) {
      const near = suggestField(subject);
      throw usageError(
        "ISM009",
        `${subject} is no field of the mesh file and no code.`,
        near === undefined ? "`isthmus explain spec` lists the fields from the top." : `Did you mean ${near}?`,
      );
    }
    context.print(explained);
    return exitCodes.ok;
  },
});
