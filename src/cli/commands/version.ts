import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command-line/command.ts";
import { outputOption } from "../command-line/options.ts";
import { programVersion } from "../terminal/program-version.ts";

/** `isthmus version`, also as `isthmus --version` */
export const versionCommand = defineCommand({
  name: "version",
  summary: "Prints the version of this program",
  examples: [
    { command: "isthmus version", does: "one line" },
    { command: "isthmus version -o json", does: "with the Node.js and the platform that it runs on" },
  ],
  options: { output: outputOption },
  run: async (args, context) => {
    const { node } = process.versions;
    if (args.output === "json") {
      const platform = `${process.platform}/${process.arch}`;
      context.printJson({
        apiVersion: "isthmus.dev/v1alpha1",
        kind: "Version",
        version: programVersion,
        node,
        platform,
      });
    } else {
      context.print(`isthmus ${programVersion}`);
    }
    return exitCodes.ok;
  },
});
