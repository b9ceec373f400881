import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { suggestName } from "../../core/diagnostics/suggest.ts";
import type { CommandSection, LeafCommand } from "../command-line/command.ts";
import { defineCommand } from "../command-line/command.ts";
import { usageError } from "../command-line/usage-error.ts";

/** `isthmus help [COMMAND...]` and the topic `exit-codes`. The table of commands holds this one too, so it is asked for when the command runs. */
export const createHelpCommand = (sections: () => readonly CommandSection[]): LeafCommand =>
  defineCommand({
    name: "help",
    summary: "Shows help for a command, or for exit codes",
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
      const [{ findCommand }, { showHelp }] = await Promise.all([
        import("../command-line/find-command.ts"),
        import("../views/human/show-help.ts"),
      ]);
      const found = findCommand(
        args.topic,
        sections().flatMap((section) => section.commands),
      );
      const topic = args.topic.join(" ");
      if (found.unknown !== undefined) {
        const [first = ""] = args.topic;
        const near = found.near ?? (found.path.length === 0 ? suggestName(first, ["exit-codes"]) : undefined);
        throw usageError(
          "ISM010",
          `There is no help for ${topic}.`,
          near === undefined
            ? "`isthmus help` lists the commands; the only other topic is exit-codes."
            : `Did you mean ${[...found.path.map(({ name }) => name), near].join(" ")}?`,
        );
      }
      if (found.path.length < args.topic.length) {
        throw usageError(
          "ISM010",
          `There is no help for ${topic}.`,
          `\`isthmus help ${found.path.map(({ name }) => name).join(" ")}\` shows that command with all of its arguments.`,
        );
      }
      showHelp(sections(), found.path, context);
      return exitCodes.ok;
    },
  });
