import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { uniqueLabels } from "../../core/init/unique-labels.ts";
import type { KnownContext, KnownContexts } from "../../kube/kubeconfig/list-contexts.ts";
import { listContexts } from "../../kube/kubeconfig/list-contexts.ts";
import { findNearNames } from "../../kube/kubeconfig/near-names.ts";
import type { InitDraft, InitOptions, InitPlace } from "./init-draft.ts";
import { relativePath } from "./init-draft.ts";

/**
 * A mesh of these contexts, each a cluster with a network of its own. Throws
 * one UserError (64): without contexts ISM056 with those that there are,
 * else ISM057 and ISM058 for all that cannot be.
 */
export async function initFromContexts(
  contexts: readonly string[],
  place: InitPlace,
  options: InitOptions,
): Promise<InitDraft> {
  const known = await listContexts({
    env: options.env,
    extraFiles: options.extraKubeconfigs,
    ...(options.kubeconfig === undefined ? {} : { kubeconfigFlag: options.kubeconfig }),
  });
  const wanted = [...new Set(contexts)];
  const problems = wanted.length === 0 ? diagnoseNothing(known) : findProblems(wanted, known);
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  const names = uniqueLabels(wanted);
  // A file that was named for this command alone has to be in the mesh file for the next one.
  const kubeconfig =
    options.kubeconfig === undefined ? {} : { kubeconfig: relativePath(place.folder, options.kubeconfig) };
  const inFlag = (context: string): boolean =>
    known.contexts.some((one) => one.name === context && one.file === options.kubeconfig);
  return {
    mesh: {
      name: place.name,
      clusters: wanted.map((context, index) => ({
        name: names[index] ?? context,
        access: { kind: "context", context, ...(inFlag(context) ? kubeconfig : {}) },
        remarks: [],
      })),
      istioRemarks: [],
    },
    warnings: [],
  };
}

/** What can be named, and the files that are there and could not be read: what they have is missing in the list. */
function diagnoseNothing({ contexts, problems }: KnownContexts): readonly Diagnostic[] {
  const names = contexts.map((one) => one.name);
  const nothing: Diagnostic = {
    ...errorOf("ISM056"),
    detail:
      names.length === 0
        ? "There is no kubeconfig context at all."
        : `The kubeconfig contexts are:\n${contexts.map(describeContext).join("\n")}`,
    fix:
      names.length === 0
        ? "Name a kubeconfig with --kubeconfig, ask Rancher with --rancher URL, or start clusters of your own: isthmus sandbox up"
        : `Name those that shall be one mesh:\n    isthmus init --contexts ${names.slice(0, 2).map(quoteWord).join(",")}`,
  };
  return [nothing, ...problems];
}

function describeContext({ name, server, file }: KnownContext): string {
  return `    ${name}  ${server ?? "(no server)"}  ${file}`;
}

function quoteWord(word: string): string {
  return /^[\w@%+=:./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function findProblems(wanted: readonly string[], { contexts, problems }: KnownContexts): readonly Diagnostic[] {
  const names = contexts.map((one) => one.name);
  const unknown = wanted.filter((one) => !names.includes(one));
  const found = contexts.filter((one) => wanted.includes(one.name));
  return [
    ...unknown.map((one) => diagnoseUnknown(one, names)),
    // A file that could not be read may have had them.
    ...(unknown.length > 0 ? problems : []),
    ...found.flatMap(({ hidden }) => hidden),
    ...found.flatMap((one) => (one.server === undefined && one.hidden.length === 0 ? [diagnoseNowhere(one)] : [])),
    ...found.flatMap((one, index) => {
      if (one.hidden.length > 0) {
        // Where it leads is not where its own file says: that has been said.
        return [];
      }
      const first = found.slice(0, index).find((other) => other.server !== undefined && other.server === one.server);
      return first === undefined ? [] : [diagnoseSameServer(one, first)];
    }),
  ];
}

function diagnoseUnknown(name: string, names: readonly string[]): Diagnostic {
  const near = findNearNames(name, names);
  return {
    ...errorOf("ISM057"),
    detail: `No kubeconfig has the context ${JSON.stringify(name)}: ${names.length === 0 ? "there is no context at all" : `the contexts there are ${names.join(", ")}`}.`,
    fix:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "Correct the name, or name the kubeconfig file that has it with --kubeconfig.",
  };
}

function diagnoseNowhere({ name, file }: KnownContext): Diagnostic {
  return {
    ...errorOf("ISM253"),
    detail: `The context ${JSON.stringify(name)} in ${file} leads to no API server: its cluster entry is not there, or has no \`server\`. No command could reach that cluster.`,
    fix: "Add the cluster entry with its server to the kubeconfig, or name another context.",
  };
}

function diagnoseSameServer(one: KnownContext, first: KnownContext): Diagnostic {
  return {
    ...errorOf("ISM058"),
    detail: `The contexts ${first.name} and ${one.name} both lead to ${one.server ?? ""}.`,
    fix: "Leave one of them out.",
  };
}
