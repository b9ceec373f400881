import { defineCommand } from "../command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/** `isthmus explain` */
export const explainCommand = defineCommand({
  name: "explain",
  summary: "Says what a field of the mesh file or a code means",
  examples: [{ command: "isthmus explain ISM104", does: "a code" }],
  arguments: { subject: { value: "FIELD|CODE", summary: "A field, or a code", required: true } },
  run: async (args, context) => {
    const { catalogue } = await import("../../core/diagnostics/catalogue.ts");
    const entry = catalogue[args.subject.toUpperCase()];
    context.print(entry === undefined ? args.subject : `${entry.summary}\n\n${entry.explanation}`);
    return exitCodes.ok;
  },
});
