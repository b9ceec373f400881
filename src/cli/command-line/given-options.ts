import { quoteCommand } from "../../core/quote-command.ts";
import { meshFileWords } from "../../core/mesh-file-words.ts";

/** Options that decide what a command is about: printed commands need them too. */
export interface GivenOptions {
  /** The mesh file as it was named; undefined where the command is about none. */
  readonly file: string | undefined;
  /** `--kubeconfig`, as it was given. */
  readonly kubeconfig: string | undefined;
}

/** The commands that take a mesh file, as texts for people write them. */
export const meshCommands: readonly string[] = [
  "apply",
  "certs renew",
  "certs status",
  "check",
  "dns status",
  "dns sync",
  "drain",
  "export",
  "netpol matrix",
  "netpol test",
  "plan",
  "remove",
  "render",
  "route explain",
  "shift",
  "status",
  "support-bundle",
  "undrain",
  "validate",
  "verify",
];

/** None of them asks a cluster. */
const offline = ["export", "render", "validate"];

const ofMesh = new RegExp(`\\bisthmus (${meshCommands.join("|")})(?![\\w-])`, "g");

/**
 * A text for people with the options of the command that prints it in the
 * commands that it names: `-f FILE` where the mesh file is not the usual one and
 * a command has none, `--kubeconfig FILE` for those that ask clusters, kubectl
 * included. Without these they would do something else, or nothing.
 */
export function withGivenOptions(text: string, { file, kubeconfig }: GivenOptions): string {
  const fileWords = meshFileWords(file);
  const access = kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig];
  if (fileWords.length + access.length === 0) {
    return text;
  }
  const completed = text.replaceAll(ofMesh, (command, verb: string, at: number) => {
    const rest = restOf(text.slice(at + command.length));
    const words = [
      ...(/ (?:-f|--facts-from) /.test(rest) || namesPlan(verb, rest) ? [] : fileWords),
      ...(rest.includes("--kubeconfig") || offline.includes(verb) ? [] : access),
    ];
    return words.length === 0 ? command : `${command} ${quoteCommand(words)}`;
  });
  return access.length === 0
    ? completed
    : completed.replaceAll(/\b(kubectl|istioctl)(?= --context )/g, `$1 ${quoteCommand(access)}`);
}

/** What belongs to the same command: up to the end of its line or sentence, or the next command. */
function restOf(text: string): string {
  return /^(?:(?!\bisthmus )(?![.;:)`](?:\s|$))[^\n])*/.exec(text)?.[0] ?? "";
}

/** A saved plan brings its own mesh file: `isthmus apply prod.plan`. */
function namesPlan(verb: string, rest: string): boolean {
  return verb === "apply" && /^ (?:FILE\b|[^\s-]\S*[./]\w)/.test(rest);
}
