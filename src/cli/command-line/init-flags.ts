import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { httpsUrl } from "../../core/mesh-file/schema/addresses.ts";
import { environmentName, label } from "../../core/mesh-file/schema/scalars.ts";
import type { TextForm } from "../../core/mesh-file/schema/text-form.ts";
import type { InitSource } from "../../engine/operations/init.ts";
import { usageDiagnostic } from "./usage-error.ts";

/** The flags that say which clusters a new mesh file is about, and how they are found. */
export interface InitFlags {
  readonly name: string | undefined;
  readonly contexts: readonly string[];
  readonly rancher: string | undefined;
  readonly tokenEnv: string | undefined;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly clusters: readonly string[];
}

const defaultTokenVariable = "RANCHER_TOKEN";

/** Where the clusters are found. A UserError (64) names every value that cannot be, and flags that exclude each other. */
export function readInitFlags(flags: InitFlags): InitSource {
  const problems = findMistakes(flags);
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  return sourceOf(flags);
}

function sourceOf(flags: InitFlags): InitSource {
  const { rancher, tokenFile, tokenEnv = defaultTokenVariable, caFile } = flags;
  return rancher === undefined
    ? { kind: "contexts", contexts: flags.contexts }
    : {
        kind: "rancher",
        url: rancher,
        token: tokenFile === undefined ? { env: tokenEnv } : { file: tokenFile },
        ...(caFile === undefined ? {} : { caFile }),
        clusters: flags.clusters,
      };
}

function findMistakes(flags: InitFlags): readonly Diagnostic[] {
  return [
    ...checkForm("--name", flags.name, label),
    ...checkForm("--rancher", flags.rancher, httpsUrl),
    ...checkTokenVariable(flags.tokenEnv),
    ...checkCombination(flags),
  ];
}

function checkForm(flag: string, value: string | undefined, form: TextForm): readonly Diagnostic[] {
  return value === undefined || form.test(value)
    ? []
    : [usageDiagnostic("ISM005", `${flag} is ${JSON.stringify(value)}, but takes ${form.wanted}.`, form.fix(value))];
}

/** Whoever gives something else has probably given the token itself, which must not be shown again. */
function checkTokenVariable(name: string | undefined): readonly Diagnostic[] {
  return name === undefined || environmentName.test(name)
    ? []
    : [
        usageDiagnostic(
          "ISM005",
          `--token-env takes ${environmentName.wanted}, not the token itself.`,
          "Put the token into a variable and name that: --token-env RANCHER_TOKEN.",
        ),
      ];
}

function checkCombination(flags: InitFlags): readonly Diagnostic[] {
  const { rancher, contexts, tokenEnv, tokenFile, caFile, clusters } = flags;
  if (rancher !== undefined) {
    return [
      ...(contexts.length > 0 ? [clash("--contexts and --rancher are two ways to the clusters.")] : []),
      ...(tokenEnv !== undefined && tokenFile !== undefined
        ? [clash("--token-env and --token-file are two places of one token.")]
        : []),
    ];
  }
  const lost = [
    ...(tokenEnv === undefined ? [] : ["--token-env"]),
    ...(tokenFile === undefined ? [] : ["--token-file"]),
    ...(caFile === undefined ? [] : ["--ca-file"]),
    ...(clusters.length === 0 ? [] : ["--clusters"]),
  ];
  return lost.length === 0
    ? []
    : [clash(`${lost.join(", ")} would not be used without --rancher.`, "Add --rancher URL.")];
}

function clash(detail: string, fix = "Leave one of the two out."): Diagnostic {
  return usageDiagnostic("ISM060", detail, fix);
}
