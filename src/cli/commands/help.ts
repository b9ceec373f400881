import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { Command, CommandSection, LeafCommand } from "../command.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../usage-error.ts";

/** `isthmus help [COMMAND...]` and the topic `exit-codes`. The table of commands holds this one too, so it is asked for when the command runs. */
export const createHelpCommand = (sections: () => readonly CommandSection[]): LeafCommand =>
  defineCommand({
    name: "help",
    summary: "Tells about a command, or about exit codes",
    examples: [
      { command: "isthmus help apply", does: "one command" },
      { command: "isthmus help sandbox up", does: "a command below a noun" },
      { command: "isthmus help exit-codes", does: "what each exit code means" },
    ],
    arguments: { topic: { value: "TOPIC", summary: "A command, or exit-codes", rest: true } },
    run: async (args, context) => {
      if (args.topic.join(" ") === "exit-codes") {
        const { viewExitCodes } = await import("../views/human/exit-codes.ts");
        context.print(viewExitCodes());
        return exitCodes.ok;
      }
      let below: readonly Command[] = sections().flatMap((section) => section.commands);
      const path: Command[] = [];
      for (const word of args.topic) {
        const found = below.find((command) => command.name === word);
        if (found === undefined) {
          throw usageError(
            "ISM010",
            `There is no help for ${args.topic.join(" ")}.`,
            "`isthmus help` lists the commands; the only other topic is exit-codes.",
          );
        }
        path.push(found);
        below = found.kind === "group" ? found.commands : [];
      }
      const { showHelp } = await import("../show-help.ts");
      showHelp(sections(), path, context);
      return exitCodes.ok;
    },
  });
