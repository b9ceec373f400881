import { adoptionPolicies, defaultAdoption } from "../../core/decide/adoption.ts";
import type { OptionSpec, OptionTable } from "./command.ts";

/** `-f FILE`: which mesh file. */
export const fileOption = {
  kind: "text",
  short: "f",
  value: "FILE",
  default: "mesh.yaml",
  summary: "The mesh file",
  group: "Target",
  complete: "file",
} as const satisfies OptionSpec;

/** `--cluster NAME`: which clusters a command writes to. */
export const clusterOption = {
  kind: "list",
  value: "NAME",
  summary: "Only this cluster, or these; nothing is written on the others",
  group: "Target",
} as const satisfies OptionSpec;

/** `-n NAME`: which of the services that have one name. */
export const namespaceOption = {
  kind: "text",
  short: "n",
  value: "NAME",
  summary: "The service's namespace, where several have its name",
  group: "Target",
} as const satisfies OptionSpec;

/** `--route NAME`: which of a service's routes. */
export const routeOption = {
  kind: "text",
  value: "NAME",
  summary: "Only this route",
  group: "Target",
} as const satisfies OptionSpec;

/** `--method METHOD`: with which method a command asks. */
export const methodOption = {
  kind: "choice",
  choices: ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"],
  summary: "The method to ask with",
  group: "Target",
} as const satisfies OptionSpec;

/** What commands have that prove the split of a route by requests. */
export const proofOptions = {
  requests: {
    kind: "integer",
    value: "N",
    minimum: 1,
    maximum: 100_000,
    default: 400,
    summary: "Requests in each cluster per route",
    group: "Target",
  },
  noProbePod: {
    kind: "flag",
    summary: "Make no pod in the clusters; what only callers inside the mesh reach is not proven then",
    group: "Safety",
  },
  allowUnproven: {
    kind: "flag",
    summary: "End with 0 when nothing failed, also where something could not be proven",
    group: "Safety",
  },
} as const satisfies OptionTable;

/** `-y, --yes`: what every changing command has. */
export const yesOption = {
  kind: "flag",
  short: "y",
  summary: "Do not ask, go on",
  group: "Safety",
} as const satisfies OptionSpec;

/** `--force-conflicts`: what plans and writes objects that others may have changed. */
export const forceConflictsOption = {
  kind: "flag-or-list",
  value: "KIND",
  summary: "Take over fields that another tool owns, instead of refusing; with =KIND,... only in these kinds",
  group: "Safety",
} as const satisfies OptionSpec;

/** `--continue`: what plans and writes objects that a cluster or another tool may refuse. */
export const continueOption = {
  kind: "flag",
  summary: "Leave alone what is refused, and do everything else (exit code 4)",
  group: "Safety",
} as const satisfies OptionSpec;

/** `--adopt never|unowned|all` where it has to be known whether it was given: a saved plan has its own. */
export const adoptWhenGiven = {
  kind: "choice",
  choices: adoptionPolicies,
  summary:
    "What may become the mesh's of what isthmus has not made: nothing, what no other tool claims (unowned, unless told otherwise), everything",
  group: "Safety",
} as const satisfies OptionSpec;

/** `--adopt never|unowned|all`: what plans objects that may be there already. */
export const adoptOption = {
  ...adoptWhenGiven,
  default: defaultAdoption,
  summary: "What may become the mesh's of what isthmus has not made: nothing, what no other tool claims, everything",
} as const satisfies OptionSpec;

/** `-o table|json`: what every reading command has at least. */
export const outputOption = {
  kind: "choice",
  short: "o",
  choices: ["table", "json"],
  default: "table",
  summary: "How to print the result",
  group: "Output",
} as const satisfies OptionSpec;

/** `--port N`: at which port a connection is judged. */
export const portOption = {
  kind: "integer",
  value: "N",
  minimum: 1,
  maximum: 65_535,
  summary: "The port that is connected to",
  group: "Target",
} as const satisfies OptionSpec;

/** `--protocol TCP|UDP|SCTP`, beside `--port`. */
export const protocolOption = {
  kind: "choice",
  choices: ["TCP", "UDP", "SCTP"],
  default: "TCP",
  summary: "The protocol of --port",
  group: "Target",
} as const satisfies OptionSpec;

/** `-o text|jsonl`: what changing commands have. */
export const streamOption = {
  kind: "choice",
  short: "o",
  choices: ["text", "jsonl"],
  default: "text",
  summary: "jsonl prints one event per line and nothing else (docs/reference/events.md)",
  group: "Output",
} as const satisfies OptionSpec;

/** `--events-to FILE`: the same events, beside what is printed. */
export const eventsToOption = {
  kind: "text",
  value: "FILE",
  summary: "Append the events to a file, whatever is printed",
  group: "Output",
  complete: "file",
} as const satisfies OptionSpec;

/** What events are handed to, and how they are signed. */
export const hookOptions = {
  onEvent: {
    kind: "text",
    value: "CMD|URL",
    summary: "Hand every event to a command of the shell, or POST it, signed, to a URL",
    group: "Output",
  },
  onEventSecret: {
    kind: "text",
    value: "FILE",
    summary: "The file with the secret (base64) by which events for a URL are signed",
    group: "Output",
    complete: "file",
  },
} as const satisfies Record<string, OptionSpec>;

/** The flags that work before and after every verb; the context carries their effect. */
export const globalOptions = {
  color: {
    kind: "choice",
    choices: ["auto", "always", "never"],
    default: "auto",
    summary: "When to use colour",
    group: "Global",
  },
  verbose: { kind: "flag", short: "v", summary: "Say more, with stack traces of unexpected errors", group: "Global" },
  quiet: {
    kind: "flag",
    short: "q",
    summary: "No progress and no remarks, only results and problems",
    group: "Global",
  },
  kubeconfig: {
    kind: "text",
    value: "FILE",
    summary: "The kubeconfig file to read before KUBECONFIG and ~/.kube/config",
    group: "Global",
    complete: "file",
  },
  clusterTimeout: {
    kind: "duration",
    positive: true,
    summary: "How long each look at a cluster may take, before it counts as one that does not answer",
    group: "Global",
  },
} as const satisfies OptionTable;

/** `--instance NAME`: which sandbox. */
export const instanceOption = {
  kind: "text",
  value: "NAME",
  default: "default",
  summary: "Which sandbox; several live side by side",
  group: "Target",
} as const satisfies OptionSpec;
