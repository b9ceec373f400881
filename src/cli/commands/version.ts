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
    const { versionView } = await import("../views/version.ts");
    versionView(args.output, context).version({
      version: programVersion,
      node: process.versions.node,
      platform: `${process.platform}/${process.arch}`,
    });
    return exitCodes.ok;
  },
});
