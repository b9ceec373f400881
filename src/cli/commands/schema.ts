import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command-line/command.ts";

/** `isthmus schema` */
export const schemaCommand = defineCommand({
  name: "schema",
  summary: "Prints the JSON schema of the mesh file",
  description:
    "It is made from the definition that validate uses; rules between fields (sums of weights, names that must exist) are not in it.",
  examples: [
    { command: "isthmus schema > mesh.schema.json", does: "for an editor with a YAML language server" },
    { command: "isthmus schema | jq .properties.spec", does: "look at a part of it" },
  ],
  run: async (_args, context) => {
    const { meshJsonSchema } = await import("../../core/mesh-file/json-schema.ts");
    context.printJson(meshJsonSchema());
    return exitCodes.ok;
  },
});
