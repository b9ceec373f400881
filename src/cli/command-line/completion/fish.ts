import type { CompletionOption, CompletionPlace, CompletionValue } from "./completion-model.ts";

/** The script for fish. `isthmus completion fish | source` */
export function fishCompletion(places: readonly CompletionPlace[]): string {
  return `# fish completion for isthmus
function __isthmus_at --description 'Is the command line at this place (only), or at or after it (below)?'
    set -l words
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; or set -a words $word
    end
    set -l wanted (math (count $argv) - 1)
    test (count $words) -ge $wanted; or return 1
    test $argv[1] = below; or test (count $words) -eq $wanted; or return 1
    test $wanted -eq 0; or test "$words[1..$wanted]" = "$argv[2..]"
end

complete -c isthmus -f
${places.flatMap(linesOf).join("\n")}
`;
}

function linesOf(place: CompletionPlace): string[] {
  const at = `complete -c isthmus -n ${quote(["__isthmus_at", place.commands.length > 0 ? "only" : "below", ...place.path].join(" "))}`;
  const commands = place.commands.map((one) => `${at} -a ${one.name} -d ${quote(one.summary)}`);
  const args = place.arguments.flatMap((value) => {
    const words = valueWords(value);
    return words === "" ? [] : [`${at}${words}`];
  });
  return [
    ...commands,
    ...args,
    ...place.options.map((option) => `${at}${optionWords(option)} -d ${quote(option.summary)}`),
  ];
}

function optionWords(option: CompletionOption): string {
  const flags = option.flags
    .map((flag) => (flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`))
    .join("");
  if (option.value === undefined) {
    return flags;
  }
  // -x leaves files out, -r only asks for a value.
  return `${flags} ${option.value.kind === "file" ? "-r" : "-x"}${valueWords(option.value)}`;
}

function valueWords(value: CompletionValue): string {
  switch (value.kind) {
    case "words":
      return ` -a ${quote(value.words.join(" "))}`;
    case "file":
      return " -F";
    case "folder":
      return " -a '(__fish_complete_directories)'";
    case "none":
      return "";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
