import { defineCommand } from "../command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/** `isthmus schema` */
export const schemaCommand = defineCommand({
  name: "schema",
  summary: "Prints the JSON schema of the mesh file",
  examples: [{ command: "isthmus schema > mesh.schema.json", does: "for editors" }],
  run: async (_args, context) => {
    const { meshJsonSchema } = await import("../../core/spec/json-schema.ts");
    context.printJson(meshJsonSchema());
    return exitCodes.ok;
  },
});
