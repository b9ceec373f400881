import type { CompletionPlace, CompletionValue } from "./completion-model.ts";

/** The script for bash 4 and newer; needs no other package. `source <(isthmus completion bash)` */
export function bashCompletion(places: readonly CompletionPlace[]): string {
  return [
    "# bash completion for isthmus",
    replyFunctions,
    mainFunction(places),
    placeFunction(places),
    optionFunction(places),
    "complete -F _isthmus isthmus\n",
  ].join("\n");
}

/** What completes a value: one of a few words, or a name in the file system (`-f` files, `-d` folders). */
const replyFunctions = `_isthmus_values() {
  COMPREPLY=()
  local word
  while IFS= read -r word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word ")
  done < <(printf '%s\\n' $1)
}

_isthmus_files() {
  COMPREPLY=()
  local name
  compopt -o filenames 2>/dev/null
  while IFS= read -r name; do
    COMPREPLY+=("$name")
  done < <(compgen "$1" -- "$cur")
}
`;

/** Finds the place of the command line that the words before the cursor lead to, and completes what can come next there. */
function mainFunction(places: readonly CompletionPlace[]): string {
  return `_isthmus() {
  local cur=\${COMP_WORDS[COMP_CWORD]} place="" takes="" arguments=0 index word
  COMPREPLY=()
  compopt -o nospace 2>/dev/null
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ -n $takes ]]; then
      # "--flag=value" reaches the function as three words.
      [[ $word == "=" ]] || takes=""
      continue
    fi
    if [[ $word == "=" ]]; then
      # The value of an option that may stand alone.
      ((++index))
      continue
    fi
    if [[ $word == -* ]]; then
      _isthmus_option "$place" "$word" && takes=$word
    elif _isthmus_place "$place$word/"; then
      place="$place$word/"
    else
      ((++arguments))
    fi
  done
  if [[ -n $takes ]]; then
    [[ $cur == "=" ]] && cur=""
    _isthmus_option "$place" "$takes" complete
    return
  fi
  [[ $cur == "=" || \${COMP_WORDS[COMP_CWORD - 1]} == "=" ]] && return
  case $place in
${places.map((place) => `    "${keyOf(place)}") ${bodyOf(place)} ;;`).join("\n")}
  esac
}
`;
}

function placeFunction(places: readonly CompletionPlace[]): string {
  return `# Is there such a place?
_isthmus_place() {
  case $1 in
    ${places
      .filter((place) => place.path.length > 0)
      .map((place) => `"${keyOf(place)}"`)
      .join(" | ")}) return 0 ;;
  esac
  return 1
}
`;
}

function optionFunction(places: readonly CompletionPlace[]): string {
  return `# Does the option take a value? With a third word, completes the value.
_isthmus_option() {
  case "$1 $2" in
${places.flatMap((place) => optionCases(place)).join("\n")}
  esac
  return 1
}
`;
}

function keyOf(place: CompletionPlace): string {
  return place.path.map((word) => `${word}/`).join("");
}

function bodyOf(place: CompletionPlace): string {
  const flags = place.options.flatMap((option) => option.flags).join(" ");
  const isFlag = `if [[ $cur == -* ]]; then _isthmus_values "${flags}"`;
  if (place.commands.length > 0) {
    return `${isFlag}; else _isthmus_values "${place.commands.map((one) => one.name).join(" ")}"; fi`;
  }
  const branches = place.arguments.flatMap((value, index) => {
    const complete = completeValue(value);
    const last = index === place.arguments.length - 1 && place.repeats;
    return complete === "" ? [] : [`elif ((arguments ${last ? ">=" : "=="} ${index})); then ${complete}`];
  });
  return `${[isFlag, ...branches].join("; ")}; fi`;
}

function optionCases(place: CompletionPlace): string[] {
  return place.options.flatMap((option) => {
    if (option.value === undefined) {
      return [];
    }
    const patterns = option.flags.map((flag) => `"${keyOf(place)} ${flag}"`).join(" | ");
    const complete = completeValue(option.value);
    return [`    ${patterns}) ${complete === "" ? "" : `[[ -n \${3-} ]] && ${complete}; `}return 0 ;;`];
  });
}

function completeValue(value: CompletionValue): string {
  switch (value.kind) {
    case "words":
      return `_isthmus_values "${value.words.join(" ")}"`;
    case "file":
      return "_isthmus_files -f";
    case "folder":
      return "_isthmus_files -d";
    case "none":
      return "";
  }
}
