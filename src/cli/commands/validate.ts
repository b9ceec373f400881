import { defineCommand } from "../command-line/command.ts";
import { fileOption, outputOption } from "../command-line/options.ts";

/** `isthmus validate` */
export const validateCommand = defineCommand({
  name: "validate",
  summary: "Finds all problems of a mesh file and its manifests, offline",
  description:
    "Every problem is shown in one run, with file, line, column, a stable code and a fix, also those of the services' manifests. Asks no cluster. What is valid but cannot be done by this version is a warning. Exit code 65 when the file has errors.",
  examples: [
    { command: "isthmus validate", does: "./mesh.yaml" },
    { command: "isthmus validate -f prod/mesh.yaml -o json", does: "for scripts and editors" },
    { command: "generate-mesh | isthmus validate -f -", does: "what comes from a pipe" },
  ],
  options: { file: { ...fileOption, summary: "The mesh file; - is stdin" }, output: outputOption },
  run: async (args, context) => {
    const [{ validateFile }, { validateView }] = await Promise.all([
      import("../handlers/validate.ts"),
      import("../views/validate.ts"),
    ]);
    return validateFile(args, validateView(args.output, context), context);
  },
});
