import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { defineCommand } from "../command.ts";

/** `isthmus completion SHELL` */
export const completionCommand = defineCommand({
  name: "completion",
  summary: "Prints a completion script for a shell",
  examples: [
    { command: "source <(isthmus completion bash)", does: "for this bash; put it into ~/.bashrc to keep it" },
    { command: "source <(isthmus completion zsh)", does: "for zsh" },
    { command: "isthmus completion fish | source", does: "for fish" },
  ],
  arguments: { shell: { value: "SHELL", summary: "Which shell", required: true, choices: ["bash", "zsh", "fish"] } },
  run: async (args, context) => {
    // The table is imported here, since it holds this command too.
    const [{ commandSections }, { listCompletionPlaces }] = await Promise.all([
      import("../command-table.ts"),
      import("../completion/completion-model.ts"),
    ]);
    const places = listCompletionPlaces(commandSections.flatMap((section) => section.commands));
    switch (args.shell) {
      case "bash":
        context.print((await import("../completion/bash.ts")).bashCompletion(places));
        break;
      case "zsh":
        context.print((await import("../completion/zsh.ts")).zshCompletion(places));
        break;
      case "fish":
        context.print((await import("../completion/fish.ts")).fishCompletion(places));
    }
    return exitCodes.ok;
  },
});
