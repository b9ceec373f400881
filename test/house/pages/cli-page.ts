import type { Command, CommandSection, OptionTable } from "../../../src/cli/command-line/command.ts";
import { globalOptions } from "../../../src/cli/command-line/options.ts";
import { exitCodeMeanings } from "../../../src/cli/views/human/exit-codes.ts";
import { describeArgument, describeOption, optionTerm, usageOf } from "../../../src/cli/views/human/help.ts";

/** docs/reference/cli.md: everything that `--help` tells, on one page. */
export function renderCliPage(sections: readonly CommandSection[]): string {
  const lines = [
    "<!-- Made from the command table by test/house/reference.test.ts; `UPDATE_GOLDEN=1 ./scripts/test house` writes it again. -->",
    "",
    "# The command line",
    "",
  ];
  for (const section of sections) {
    lines.push(`**${section.title}**`, "", "| command | does |", "| --- | --- |");
    for (const command of shown(section.commands)) {
      const below =
        command.kind === "group"
          ? shown(command.commands).map((one) => ({ ...one, name: `${command.name} ${one.name}` }))
          : [command];
      lines.push(
        ...below.map(
          (one) => `| [\`isthmus ${one.name}\`](#${anchor(`isthmus ${one.name}`)}) | ${cell(one.summary)} |`,
        ),
      );
    }
    lines.push("");
  }
  lines.push(
    "## Everywhere",
    "",
    "Data goes to stdout, everything else to stderr; with `-o json` stdout holds one JSON document and nothing else.",
    "These work before and after every command:",
    "",
    ...optionTable(globalOptions),
  );
  lines.push(
    "## Exit codes",
    "",
    "| code | means |",
    "| --- | --- |",
    ...Object.entries(exitCodeMeanings).map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`),
    "",
  );
  for (const command of sections.flatMap((section) => shown(section.commands))) {
    lines.push(...renderCommand(command, []));
  }
  return lines.join("\n");
}

function renderCommand(command: Command, above: readonly string[]): string[] {
  const name = ["isthmus", ...above, command.name].join(" ");
  const head = [
    `## ${name}`,
    "",
    `${command.summary}.${command.description === undefined ? "" : ` ${command.description}`}`,
    "",
  ];
  if (command.kind === "group") {
    return [...head, ...shown(command.commands).flatMap((one) => renderCommand(one, [...above, command.name]))];
  }
  const width = Math.max(...command.examples.map((one) => one.command.length));
  const examples = [
    "```sh",
    ...command.examples.map((one) => `${one.command.padEnd(width)}  # ${one.does}`),
    "```",
    "",
  ];
  const args = Object.values(command.arguments).map(
    (one) => `| \`${cell(one.value)}\` | ${cell(describeArgument(one))} |`,
  );
  return [
    ...head,
    `Usage: \`${name} ${usageOf(command)}\``,
    "",
    ...examples,
    ...(args.length === 0 ? [] : ["| argument | is |", "| --- | --- |", ...args, ""]),
    ...optionTable(command.options),
  ];
}

function optionTable(options: OptionTable): string[] {
  const rows = Object.entries(options)
    .filter(([, spec]) => spec.hidden !== true)
    .map(([key, spec]) => `| \`${cell(optionTerm(key, spec).trim())}\` | ${cell(describeOption(spec))} |`);
  return rows.length === 0 ? [] : ["| option | does |", "| --- | --- |", ...rows, ""];
}

function shown<One extends Command>(commands: readonly One[]): readonly One[] {
  return commands.filter((command) => command.hidden !== true);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function anchor(heading: string): string {
  return heading.replaceAll(" ", "-");
}
