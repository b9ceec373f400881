import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import type { CommandSection, LeafCommand } from "../command-line/command.ts";
import { defineCommand } from "../command-line/command.ts";

/** `isthmus completion SHELL`. The table of commands holds this one too, so it is asked for when the command runs. */
export const createCompletionCommand = (sections: () => readonly CommandSection[]): LeafCommand =>
  defineCommand({
    name: "completion",
    summary: "Prints a completion script for a shell",
    examples: [
      { command: "source <(isthmus completion bash)", does: "for this bash; put it into ~/.bashrc to keep it" },
      { command: "source <(isthmus completion zsh)", does: "for zsh" },
      { command: "isthmus completion fish | source", does: "for fish" },
    ],
    arguments: { shell: { value: "SHELL", summary: "Which shell", required: true, choices: ["bash", "zsh", "fish"] } },
    run: async (args, context) => {
      const { listCompletionPlaces } = await import("../command-line/completion/completion-model.ts");
      const places = listCompletionPlaces(sections().flatMap((section) => section.commands));
      switch (args.shell) {
        case "bash":
          context.print((await import("../command-line/completion/bash.ts")).bashCompletion(places));
          break;
        case "zsh":
          context.print((await import("../command-line/completion/zsh.ts")).zshCompletion(places));
          break;
        case "fish":
          context.print((await import("../command-line/completion/fish.ts")).fishCompletion(places));
      }
      return exitCodes.ok;
    },
  });
