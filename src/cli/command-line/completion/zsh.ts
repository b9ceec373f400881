import type { CompletionOption, CompletionPlace, CompletionValue } from "./completion-model.ts";

/** The script for zsh. `source <(isthmus completion zsh)`, or as a file `_isthmus` in a folder of `fpath`. */
export function zshCompletion(places: readonly CompletionPlace[]): string {
  return `#compdef isthmus
# zsh completion for isthmus

${places.map(functionOf).join("\n\n")}

if [ "$funcstack[1]" = "_isthmus" ]; then
  _isthmus "$@"
else
  compdef _isthmus isthmus
fi
`;
}

function nameOf(path: readonly string[]): string {
  return ["_isthmus", ...path].join("_").replaceAll("-", "_");
}

function functionOf(place: CompletionPlace): string {
  const options = place.options.map((option) => `    ${optionSpec(option)}`);
  if (place.commands.length === 0) {
    const args = place.arguments.map((value, index) => {
      const last = index === place.arguments.length - 1 && place.repeats;
      return `    ${quote(`${last ? "*" : index + 1}:argument:${action(value)}`)}`;
    });
    return `${nameOf(place.path)}() {\n  _arguments -s \\\n${[...options, ...args].join(" \\\n")}\n}`;
  }
  const commands = place.commands.map((one) => `        ${quote(`${one.name}:${one.summary}`)}`).join("\n");
  const cases = place.commands.map((one) => `        ${one.name}) ${nameOf([...place.path, one.name])} ;;`).join("\n");
  return `${nameOf(place.path)}() {
  local state line
  local -a commands
  _arguments -s -C \\
${options.join(" \\\n")} \\
    '1:command:->command' \\
    '*::argument:->argument'
  case $state in
    command)
      commands=(
${commands}
      )
      _describe command commands
      ;;
    argument)
      case $line[1] in
${cases}
      esac
      ;;
  esac
}`;
}

function optionSpec(option: CompletionOption): string {
  const text = `[${option.summary.replaceAll(/[[\]]/g, "\\$&")}]`;
  const value = option.value === undefined ? "" : `:value:${action(option.value)}`;
  const [first = ""] = option.flags;
  if (option.flags.length === 1) {
    // `=-` and two colons: a value only in the same word, and none is needed.
    return quote(option.optional === true ? `*${first}=-${text}::value:` : `${first}${text}${value}`);
  }
  return `${quote(`(${option.flags.join(" ")})`)}{${option.flags.join(",")}}${quote(`${text}${value}`)}`;
}

function action(value: CompletionValue): string {
  switch (value.kind) {
    case "words":
      return `(${value.words.join(" ")})`;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "none":
      return "";
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
