/**
 * What a command line of one word or none asks for, where no parser is needed
 * to tell: help for the whole program, or its version. Reading it by the parser
 * says the same (`short-line.test.ts`) and takes longer than everything else that such a line costs.
 */
export function shortLine(argv: readonly string[]): "help" | "version" | undefined {
  const [word, ...more] = argv;
  if (more.length > 0) {
    return undefined;
  }
  switch (word) {
    case undefined:
    case "-h":
    case "--help":
      return "help";
    case "-V":
    case "--version":
    case "version":
      return "version";
    default:
      return undefined;
  }
}
