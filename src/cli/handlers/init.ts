import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { TextForm } from "../../core/mesh-file/schema/text-form.ts";
import { httpsUrl } from "../../core/mesh-file/schema/addresses.ts";
import { environmentName, label } from "../../core/mesh-file/schema/scalars.ts";
import type { InitSource } from "../../engine/operations/init.ts";
import { initMesh } from "../../engine/operations/init.ts";
import type { CliContext } from "../terminal/context.ts";
import { usageDiagnostic } from "../command-line/usage-error.ts";
import { quoteCommand } from "../../core/quote-command.ts";

export interface InitArgs {
  /** `-` is stdout. */
  readonly file: string | undefined;
  readonly contexts: readonly string[];
  readonly rancher: string | undefined;
  readonly tokenEnv: string | undefined;
  readonly tokenFile: string | undefined;
  readonly caFile: string | undefined;
  readonly clusters: readonly string[];
  readonly name: string;
  readonly force: boolean;
}

const defaultTokenVariable = "RANCHER_TOKEN";

/** Writes or prints a new mesh file and says what comes next. Throws a UserError (64) for values that cannot be. */
export async function writeMeshFile(args: InitArgs, context: CliContext): Promise<ExitCode> {
  const problems = findMistakes(args);
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  const file = args.file ?? "mesh.yaml";
  const toStdout = file === "-";
  // Contexts are read at once; only Rancher takes its time.
  const view = args.rancher === undefined ? undefined : context.progress();
  const { text, mesh, warnings } = await initMesh(
    {
      name: args.name,
      source: sourceOf(args),
      ...(toStdout ? {} : { file }),
      cwd: context.cwd,
      force: args.force,
    },
    { ...(await context.engineOptions()), onProgress: view?.onProgress ?? (() => {}) },
  ).finally(() => view?.stop());
  context.report(warnings);
  if (toStdout) {
    // The text ends its last line itself.
    context.print(text.replace(/\n$/, ""));
    return exitCodes.ok;
  }
  const names = mesh.clusters.map((one) => one.name).join(", ");
  const named = file === "mesh.yaml" ? [] : ["-f", file];
  context.print(
    [
      `Wrote ${file}: mesh ${mesh.name}, ${mesh.clusters.length === 1 ? "1 cluster" : `${mesh.clusters.length} clusters`} (${names}).`,
      "Read it, then see what an apply would do:",
      `    ${quoteCommand(["isthmus", "plan", ...named])}`,
    ].join("\n"),
  );
  return exitCodes.ok;
}

function sourceOf(args: InitArgs): InitSource {
  const { rancher, tokenFile, tokenEnv = defaultTokenVariable, caFile } = args;
  return rancher === undefined
    ? { kind: "contexts", contexts: args.contexts }
    : {
        kind: "rancher",
        url: rancher,
        token: tokenFile === undefined ? { env: tokenEnv } : { file: tokenFile },
        ...(caFile === undefined ? {} : { caFile }),
        clusters: args.clusters,
      };
}

function findMistakes(args: InitArgs): readonly Diagnostic[] {
  return [
    ...checkForm("--name", args.name, label),
    ...checkForm("--rancher", args.rancher, httpsUrl),
    ...checkTokenVariable(args.tokenEnv),
    ...checkCombination(args),
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

function checkCombination(args: InitArgs): readonly Diagnostic[] {
  const { rancher, contexts, tokenEnv, tokenFile, caFile, clusters } = args;
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
