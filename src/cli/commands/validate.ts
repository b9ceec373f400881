import { defineCommand } from "../command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { fileOption, outputOption } from "../options.ts";

/** `isthmus validate` */
export const validateCommand = defineCommand({
  name: "validate",
  summary: "Finds all problems of a mesh file, offline",
  examples: [{ command: "isthmus validate -f mesh.yaml", does: "every problem with its line and column" }],
  options: { file: fileOption, output: outputOption },
  run: async (args, context) => {
    const { validateFile } = await import("../validate-file.ts");
    return validateFile(args, context);
  },
});
